/**
 * The answers of a node's collector (`docs/ssh.md`), read piece by piece. A mark is a line of 0x1e, the secret of the
 * session and some words; nobody on the node knows the secret, so no text that is quoted can end or forge a part.
 *
 *   h KEY=VALUE…   it has started      p NAME   a part begins
 *   z ID           an order is done    e CODE   it ends: with the exit code of what read it
 */
export type CollectorEvent =
  | { readonly kind: 'hello'; readonly facts: ReadonlyMap<string, string> }
  | { readonly kind: 'part'; readonly name: string; readonly body: string; readonly code: number }
  | { readonly kind: 'done'; readonly id: string }
  /** Text outside of parts: greetings of the login shell, what ssh itself says. */
  | { readonly kind: 'noise'; readonly text: string }

/** What has come and is not yet an event. */
export interface CollectorStream {
  readonly sign: string
  /** The name of the part that has begun, and what is known to be of it. */
  readonly part: string | undefined
  readonly body: readonly string[]
  readonly bodyLength: number
  /** What may be the beginning of a mark. */
  readonly tail: string
}

/** @param secret of the session: nothing that comes without it is believed */
export function startStream(secret: string): CollectorStream {
  return { sign: `\u001e${secret} `, part: undefined, body: [], bodyLength: 0, tail: '' }
}

/**
 * Takes the next piece of text, one character a byte, and gives the events that it completes. Only the piece is searched:
 * a part may be long.
 */
export function readStream(
  stream: CollectorStream,
  piece: string,
): { readonly stream: CollectorStream; readonly events: readonly CollectorEvent[] } {
  const { sign } = stream
  const text = stream.tail + piece
  const events: CollectorEvent[] = []
  let { part, body } = stream
  let from = 0
  for (let mark = nextMark(text, sign, 0); mark !== undefined; mark = nextMark(text, sign, from)) {
    const whole = [...body, text.slice(from, mark.at)].join('').replace(/\n$/, '')
    events.push(...eventsOf(mark.words, part, whole))
    part = mark.words.startsWith('p ') ? mark.words.slice(2) : undefined
    body = []
    from = mark.end
  }
  const open = text.indexOf(sign, from)
  const tailFrom = open < 0 ? Math.max(from, text.length - sign.length) : open
  const more = text.slice(from, tailFrom)
  // what stands outside of parts is kept by nobody: it may be without end
  if (part === undefined && more !== '') events.push({ kind: 'noise', text: more })
  if (part !== undefined) body = [...body, more]
  const bodyLength = body.reduce((sum, { length }) => sum + length, 0)
  return { stream: { sign, part, body, bodyLength, tail: text.slice(tailFrom) }, events }
}

interface Mark {
  readonly at: number
  readonly end: number
  readonly words: string
}

function nextMark(text: string, sign: string, from: number): Mark | undefined {
  const at = text.indexOf(sign, from)
  const end = at < 0 ? -1 : text.indexOf('\n', at)
  return end < 0 ? undefined : { at, end: end + 1, words: text.slice(at + sign.length, end) }
}

/** @param body what stands before the mark, since the one before */
function eventsOf(words: string, part: string | undefined, body: string): readonly CollectorEvent[] {
  const [kind = '', ...rest] = words.split(' ')
  if (part !== undefined) {
    // a part that another mark cuts off is half an answer, and none
    return kind === 'e' ? [{ kind: 'part', name: part, body, code: Number(rest[0]) }] : []
  }
  const noise: readonly CollectorEvent[] = body === '' ? [] : [{ kind: 'noise', text: body }]
  if (kind === 'h') return [...noise, { kind: 'hello', facts: new Map(rest.flatMap(factOf)) }]
  return kind === 'z' ? [...noise, { kind: 'done', id: rest[0] ?? '' }] : noise
}

function factOf(word: string): readonly (readonly [string, string])[] {
  const at = word.indexOf('=')
  return at < 0 ? [] : [[word.slice(0, at), word.slice(at + 1)]]
}
