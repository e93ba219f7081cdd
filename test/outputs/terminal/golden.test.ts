import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Terminal } from '@xterm/headless'
import { twoH100Frames } from '../../support/scene-two-h100.ts'
import { eightGpusFrames, hostile, mig, noGpuFrames, unifiedFrames } from '../../support/scenes.ts'
import { watch } from '../../support/terminal.ts'
import type { Frame } from '../../../src/model/frame.ts'

// The screens as they are, in golden/*.txt. After a change that is meant: UPDATE_GOLDEN=1 npx vitest run, and look.

const UPDATE = process.env['UPDATE_GOLDEN'] === '1'
const FOLDER = new URL('golden/', import.meta.url)

const FRAMES: Readonly<Record<string, () => readonly Frame[]>> = {
  'two-h100': twoH100Frames,
  'eight-gpus': () => eightGpusFrames(60),
  'no-gpu': noGpuFrames,
  unified: unifiedFrames,
  mig: () => [mig().frame],
  hostile: () => [hostile().frame],
}

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const

describe.each(SIZES)('%i×%i', (columns, rows) => {
  test.each(Object.keys(FRAMES))('%s', async (name) => {
    await matches(`${name}-${columns}x${rows}.txt`, await drawn(name, columns, rows, asText))
  })
})

test('two-h100 at 80×24 has its colours where they belong', async () => {
  await matches('two-h100-80x24.colors.txt', await drawn('two-h100', 80, 24, asColors))
})

test('two-h100 at 80×24 in ASCII', async () => {
  await matches('two-h100-80x24.ascii.txt', await drawn('two-h100', 80, 24, asText, true))
})

async function drawn(
  name: string,
  columns: number,
  rows: number,
  read: (terminal: Terminal) => string,
  ascii = false,
): Promise<string> {
  const watched = watch(columns, rows, { ascii })
  await watched.show(...(FRAMES[name]?.() ?? []))
  const picture = read(await watched.terminal.emulator())
  await watched.screen.close()
  return picture
}

async function matches(file: string, picture: string): Promise<void> {
  const path = new URL(file, FOLDER)
  if (UPDATE) await writeFile(path, picture)
  expect(picture).toBe(await readFile(path, 'utf8'))
}

// Rows end where the screen ends: a bar at the right edge of what is stored keeps trailing blanks.
function asText(terminal: Terminal): string {
  return linesOf(terminal, (y) => terminal.buffer.active.getLine(y)?.translateToString(false) ?? '')
}

/** A letter for each colour of the palette, in their order of appearance, and the table of letters below. */
function asColors(terminal: Terminal): string {
  const letters = new Map<string, string>([['default', '.']])
  const letterOf = (color: string) => {
    const letter = letters.get(color) ?? String.fromCharCode('a'.charCodeAt(0) + letters.size - 1)
    letters.set(color, letter)
    return letter
  }
  const map = linesOf(terminal, (y) => {
    const line = terminal.buffer.active.getLine(y)
    return Array.from({ length: terminal.cols }, (_, x) => {
      const cell = line?.getCell(x)
      if (cell === undefined || cell.getChars().trim() === '') return ' '
      const bold = cell.isBold() !== 0 ? ' bold' : ''
      const on = cell.isBgDefault() ? '' : ` on ${cell.getBgColor()}`
      return letterOf(
        cell.isFgDefault() && bold + on === ''
          ? 'default'
          : `${cell.isFgDefault() ? '' : cell.getFgColor()}${bold}${on}`,
      )
    }).join('')
  })
  return `${map}\n${[...letters].map(([color, letter]) => `${letter} ${color.trim()}`).join('\n')}\n`
}

function linesOf(terminal: Terminal, line: (y: number) => string): string {
  return Array.from({ length: terminal.rows }, (_, y) => `${line(y)}│\n`).join('')
}
