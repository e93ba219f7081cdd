import { asArray, asObject, parseJson } from '../core/decode.ts'
import { pageWant, type Address, type ReportingPage } from './allow-list.ts'
import { textAnswer } from './answers.ts'
import type { Answers } from './engine.ts'

/**
 * Whether something else than an inference engine answers at an address: pages that tell were answered, and none with what
 * an engine says. A server that is loading or busy has not answered yet.
 */
export function isForeign(address: Address, answers: Answers): boolean {
  const said = TELLING_PAGES.flatMap((path) => {
    const part = textAnswer(answers, pageWant(address, path))
    if (part === undefined || (part.status ?? 200) >= 500) return []
    return [(part.status ?? 200) === 200 && isTelling(path, part.text)]
  })
  return said.length > 0 && !said.includes(true)
}

/** Those that only an engine fills; a version or a list of models may be anybody's. */
const TELLING_PAGES: readonly ReportingPage[] = ['/api/ps', '/metrics', '/props', '/server_info', '/slots']

/** What the reducers leave of a page that is no engine's: no series, no field, no JSON. */
function isTelling(path: ReportingPage, text: string): boolean {
  if (path === '/metrics') return text !== ''
  const page = parseJson(text)
  return Object.keys(asObject(page) ?? asArray(page) ?? {}).length > 0
}
