/** What curl or wget printed of one page: the head with its status, a blank line, the body; at the end `rc` and the exit code. */
export type HttpAnswer =
  | {
      readonly kind: 'answer'
      readonly status: number
      readonly contentType: string | undefined
      readonly body: string
    }
  | { readonly kind: 'no-answer'; readonly exitCode: number }
  /** Cut in the middle: it was longer than what was asked for. */
  | { readonly kind: 'cut' }

// wget's own codes: authentication failed, the server answered an error
const WGET_UNAUTHORIZED = 6

export function parseHttpAnswer(text: string): HttpAnswer {
  const end = /\nrc (\d{1,3})$/.exec(text)
  if (end === null) return { kind: 'cut' }
  const exitCode = Number(end[1])
  const page = text.slice(0, end.index)
  const head = /^HTTP\/[\d.]+ (\d{3})[^\n]*\n(?:[^\r\n]+\r?\n)*\r?\n/.exec(page)
  if (head === null) {
    if (exitCode === WGET_UNAUTHORIZED)
      return { kind: 'answer', status: 401, contentType: undefined, body: '' }
    // busybox prints the body alone
    return exitCode === 0
      ? { kind: 'answer', status: 200, contentType: undefined, body: page }
      : { kind: 'no-answer', exitCode }
  }
  if (exitCode !== 0) return { kind: 'no-answer', exitCode }
  const contentType = /^content-type:[ \t]*([^\r\n]*)/im.exec(head[0])?.[1]
  return { kind: 'answer', status: Number(head[1]), contentType, body: page.slice(head[0].length) }
}
