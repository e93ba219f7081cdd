import { seconds } from '../../core/units.ts'
import { maskSecrets } from '../../parse/mask-secrets.ts'
import { utf8 } from '../../transport/ssh/answer-text.ts'
import type { Part } from '../../model/sample.ts'
import type { Connection } from '../../transport/ssh/connection.ts'
import type { Errands } from '../local/errands.ts'

/** The names that docker and podman give to the containers of a node. */
export interface NodeNames {
  tick(elapsedMs: number): void
}

const EVERY_MS = seconds(30)
/** What shells say of a command that is not there. */
const NOT_FOUND = 127

export function nodeNames(ask: Connection['ask'], errands: Errands): NodeNames {
  let askedAtMs = -Infinity

  return {
    tick(elapsedMs) {
      if (elapsedMs - askedAtMs < EVERY_MS) return
      askedAtMs = elapsedMs
      errands.run('containers', async () => {
        const part = (await ask({ name: 'containers', words: '' }))?.get('containers')
        return new Map(part === undefined ? [] : [['containers', partOf(part)]])
      })
    },
  }
}

function partOf({ body, code }: { readonly body: string; readonly code: number }): Part {
  if (code === 0) return { kind: 'text', text: maskSecrets(utf8(body)) }
  const command = 'docker'
  return code === NOT_FOUND
    ? { kind: 'fault', fault: { kind: 'command-not-found', command } }
    : {
        kind: 'fault',
        fault: { kind: 'command-failed', command: `${command} ps`, exitCode: code, lastLine: '' },
      }
}
