/** The text of a part as a reader has it, and where each of its lines begins, once something was compared with it. */
export interface TextBase {
  readonly text: string
  starts: Int32Array | undefined
}

/** Index of the line, and what stands there now. */
export type LineEdit = readonly [number, string]

/**
 * The lines in which `text` differs from what stood under that name; undefined where it must be written whole: nothing
 * stood there, the number of lines is another, or so much changed that the whole is shorter. Brings `bases` up to `text`.
 */
export function textDelta(
  bases: Map<string, TextBase>,
  name: string,
  text: string,
): readonly LineEdit[] | undefined {
  const base = bases.get(name)
  if (base?.text === text) return []
  // an edit of the only line is longer than the line
  const compared = base === undefined || !hasSeveralLines(text) ? undefined : compare(base, text)
  bases.set(name, { text, starts: compared?.starts })
  return compared === undefined || lengthOf(compared.edits) >= text.length ? undefined : compared.edits
}

function hasSeveralLines(text: string): boolean {
  const end = text.indexOf('\n')
  return end >= 0 && end < text.length - 1
}

interface Comparison {
  readonly edits: readonly LineEdit[]
  /** Where the lines of the new text begin. */
  readonly starts: Int32Array
}

/** Lines that are compared in one go, which is far quicker than one by one: from so few on, twice as many while none has changed. */
const FEWEST = 8
const MOST = 64

function compare(base: TextBase, text: string): Comparison | undefined {
  const before = (base.starts ??= startsOf(base.text))
  const count = before.length - 1
  const starts = new Int32Array(count + 1)
  const edits: LineEdit[] = []
  const startAt = (line: number): number => before[line] ?? 0

  /** Whether these lines stand in the new text at `at`, with their line end. */
  function stands(from: number, to: number, at: number): boolean {
    const start = startAt(from)
    const end = at + startAt(to) - 1 - start
    return isLineEnd(text, end) && base.text.slice(start, startAt(to) - 1) === text.slice(at, end)
  }

  /** They stand at `at`; gives where the line behind them begins. */
  function keep(from: number, to: number, at: number): number {
    const shift = at - startAt(from)
    for (let line = from; line < to; line += 1) starts[line] = startAt(line) + shift
    return startAt(to) + shift
  }

  let at = 0
  let line = 0
  let together = FEWEST
  while (line < count) {
    const to = Math.min(line + together, count)
    if (stands(line, to, at)) {
      at = keep(line, to, at)
      line = to
      together = Math.min(2 * together, MOST)
      continue
    }
    // one of these has changed: up to it, half of what is left at a time
    for (let half = together >> 1; half > 0; half >>= 1) {
      const middle = Math.min(line + half, count)
      if (!stands(line, middle, at)) continue
      at = keep(line, middle, at)
      line = middle
    }
    // beyond the end: the new text has fewer lines
    if (at > text.length) return undefined
    starts[line] = at
    const end = lineEnd(text, at)
    edits.push([line, text.slice(at, end)])
    at = end + 1
    line += 1
    together = FEWEST
  }
  starts[count] = at
  // the last line ends at the end of the text, or there are more or fewer of them
  return at === text.length + 1 ? { edits, starts } : undefined
}

function startsOf(text: string): Int32Array {
  const starts = [0]
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1)
  starts.push(text.length + 1)
  return Int32Array.from(starts)
}

function isLineEnd(text: string, at: number): boolean {
  return at === text.length || text.charCodeAt(at) === 10
}

function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

// brackets, quotes, commas and the index
const CHARACTERS_PER_EDIT = 9

function lengthOf(edits: readonly LineEdit[]): number {
  return edits.reduce((sum, [, line]) => sum + line.length + CHARACTERS_PER_EDIT, 0)
}
