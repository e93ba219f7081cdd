import { describeFault } from '../../core/fault.ts'
import { check, type Check, type Section } from './report.ts'
import type { Part } from '../../model/sample.ts'

/** What was asked of engines and of files, and what came of it. */
export function questionSection(parts: ReadonlyMap<string, Part>): Section {
  const asked = [...parts].filter(([name]) => ASKED.test(name))
  return { title: 'Asked', checks: asked.map(([name, part]) => questionCheck(name, part)) }
}

const ASKED = /^(?:http|head|file|log|listing|engine-log|containers)(?:\/|$)/

function questionCheck(name: string, part: Part): Check {
  const what = nameOf(name)
  switch (part.kind) {
    case 'text': {
      const status = part.status ?? 200
      const size = `${part.text.length} characters kept`
      return status === 200 ? check(what, 'yes', size) : check(what, 'partly', `answered ${status}`)
    }
    case 'bytes':
      return check(what, 'yes', `the beginning of ${part.sizeBytes} bytes`)
    case 'same':
      return check(what, 'yes', 'unchanged')
    case 'fault': {
      const [found = '', remedy] = describeFault(part.fault).split('; ')
      return check(what, 'no', found, remedy)
    }
  }
}

/** `http/127.0.0.1:8000/metrics` is a URL, `file//proc/7/environ` a path. */
function nameOf(name: string): string {
  return name.startsWith('http/') ? `http://${name.slice('http/'.length)}` : name.replace('/', ' ')
}
