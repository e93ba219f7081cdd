import { printable } from '../core/text.ts'

/** Where a key of the outermost object stands, as far as a look for its name tells. */
export function lineOfJsonKey(text: string, key: string): number | undefined {
  const lines = text.split('\n')
  const index = lines.findIndex(
    (line) => line.includes(`${JSON.stringify(key)}:`) || line.includes(`${JSON.stringify(key)} :`),
  )
  return index < 0 ? undefined : index + 1
}

/** What V8 says of a text that is no JSON, with the line that its position is in. */
export function jsonProblem(
  text: string,
  error: unknown,
): { readonly line: number | undefined; readonly problem: string } {
  const message = error instanceof Error ? error.message : String(error)
  const position = /at position (\d+)/.exec(message)?.[1]
  const line = position === undefined ? undefined : text.slice(0, Number(position)).split('\n').length
  const because = printable(message).replace(/ at position \d+.*$/, '')
  return { line, problem: `this is no JSON: ${because}` }
}
