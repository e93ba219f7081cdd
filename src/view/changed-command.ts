import { glyph } from './glyphs.ts'
import { displayWidth, drawable, truncate } from './width.ts'

/**
 * A command in at most so many columns. Of one that is longer its program is shown and what is changed in it, because that
 * is what has to be typed: `/opt/venv/bin/vllm … --max-num-seqs 64`.
 *
 * @param own the arguments of the command as it runs now
 */
export function changedCommand(command: string, own: readonly string[], columns: number): string {
  const words = drawable(command).split(' ')
  const now = drawable(own.join(' ')).split(' ')
  const changedAt = words.findIndex((word, at) => word !== now[at])
  const isInSight = changedAt < 0 || displayWidth(words.slice(0, changedAt + FLAG_WORDS).join(' ')) < columns
  if (isInSight) return truncate(command, columns)
  const program = truncate(words[0] ?? '', PROGRAM_COLUMNS)
  const gap = program.endsWith(glyph('ellipsis')) ? ' ' : ` ${glyph('ellipsis')} `
  const room = columns - displayWidth(program + gap)
  // with the words before it, as far as there is room
  let from = changedAt
  while (from > 1 && displayWidth(words.slice(from - 1).join(' ')) <= room) from--
  return truncate(program + (from > 1 ? gap : ' ') + words.slice(from).join(' '), columns)
}

/** A flag and its value. */
const FLAG_WORDS = 2
const PROGRAM_COLUMNS = 24
