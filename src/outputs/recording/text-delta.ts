/** What a reader holds of a part: its newest text, cut into lines once something was compared with it. */
export interface TextBase {
  readonly text: string
  lines: readonly string[] | undefined
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
  const lines = base === undefined ? undefined : text.split('\n')
  bases.set(name, { text, lines })
  if (base === undefined || lines === undefined) return undefined
  const edits = differences((base.lines ??= base.text.split('\n')), lines)
  return edits === undefined || lengthOf(edits) >= text.length ? undefined : edits
}

function differences(before: readonly string[], now: readonly string[]): readonly LineEdit[] | undefined {
  if (before.length !== now.length) return undefined
  const edits: LineEdit[] = []
  for (const [index, line] of now.entries()) {
    if (line !== before[index]) edits.push([index, line])
  }
  return edits
}

// brackets, quotes, commas and the index
const CHARACTERS_PER_EDIT = 9

function lengthOf(edits: readonly LineEdit[]): number {
  return edits.reduce((sum, [, line]) => sum + line.length + CHARACTERS_PER_EDIT, 0)
}
