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
  const compared = base === undefined ? undefined : compare(base, text)
  bases.set(name, { text, starts: compared?.starts })
  return compared === undefined || lengthOf(compared.edits) >= text.length ? undefined : compared.edits
}

interface Comparison {
  readonly edits: readonly LineEdit[]
  /** Where the lines of the new text begin. */
  readonly starts: Int32Array
}

/** Lines that are looked at together: most are as they were, and comparing them in one go is three times as fast. */
const BLOCK = 8

function compare(base: TextBase, text: string): Comparison | undefined {
  const before = (base.starts ??= startsOf(base.text))
  const count = before.length - 1
  const starts = new Int32Array(count + 1)
  const edits: LineEdit[] = []
  const startAt = (line: number): number => before[line] ?? 0
  /** Whether these lines stand in the new text at `at`, with their line end. */
  const stands = (from: number, to: number, at: number): boolean => {
    const start = startAt(from)
    const end = at + startAt(to) - 1 - start
    return isLineEnd(text, end) && base.text.slice(start, startAt(to) - 1) === text.slice(at, end)
  }

  /** Line by line; gives where the line behind the last one begins. */
  function compareLines(from: number, to: number, at: number): number {
    let next = at
    for (let line = from; line < to; line += 1) {
      starts[line] = next
      if (stands(line, line + 1, next)) {
        next += startAt(line + 1) - startAt(line)
      } else {
        // beyond the end: the new text has fewer lines
        if (next > text.length) return text.length + 2
        const end = lineEnd(text, next)
        edits.push([line, text.slice(next, end)])
        next = end + 1
      }
    }
    return next
  }

  let at = 0
  for (let from = 0; from < count; from += BLOCK) {
    const to = Math.min(from + BLOCK, count)
    if (stands(from, to, at)) {
      for (let line = from; line < to; line += 1) starts[line] = at + startAt(line) - startAt(from)
      at += startAt(to) - startAt(from)
    } else {
      at = compareLines(from, to, at)
    }
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
