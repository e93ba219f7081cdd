import { readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { Terminal } from '@xterm/headless'
import { fleetFrames } from '../../support/scene-fleet.ts'
import { manyFrames, tensorParallelFrames } from '../../support/scene-many.ts'
import { twoH100Frames } from '../../support/scene-two-h100.ts'
import {
  eightGpusFrames,
  hostile,
  mig,
  noGpuFrames,
  nothingRuns,
  unifiedFrames,
} from '../../support/scenes.ts'
import { watch } from '../../support/terminal.ts'
import type { Frame } from '../../../src/model/frame.ts'

// The screens as they are, in golden/*.txt. After a change that is meant: UPDATE_GOLDEN=1 npx vitest run, and look.

const UPDATE = process.env['UPDATE_GOLDEN'] === '1'
const FOLDER = new URL('golden/', import.meta.url)

interface Shot {
  readonly frames: () => readonly Frame[]
  /** Typed one after the other. */
  readonly keys?: readonly string[]
}

const ENTER = '\r'
const F2 = '\u001bOQ'

const SHOTS: Readonly<Record<string, Shot>> = {
  'two-h100': { frames: twoH100Frames },
  'eight-gpus': { frames: () => eightGpusFrames(60) },
  'no-gpu': { frames: noGpuFrames },
  unified: { frames: unifiedFrames },
  mig: { frames: () => [mig().frame] },
  hostile: { frames: () => [hostile().frame] },
  nothing: { frames: () => [nothingRuns().frame] },
  many: { frames: manyFrames },
  workload: { frames: twoH100Frames, keys: ['j', ENTER] },
  'workload-growing': { frames: twoH100Frames, keys: [ENTER] },
  'workload-several-gpus': { frames: tensorParallelFrames, keys: [ENTER] },
  'workload-slots': { frames: tensorParallelFrames, keys: ['j', ENTER] },
  tree: { frames: tensorParallelFrames, keys: ['t'] },
  filter: { frames: manyFrames, keys: ['/', 'kv>80% !user:team4'] },
  gpu: { frames: twoH100Frames, keys: ['2', 'j'] },
  'gpu-alone': { frames: twoH100Frames, keys: ['2', 'j', ENTER, 'j'] },
  'gpu-mig': { frames: () => [mig().frame], keys: ['2'] },
  warnings: { frames: twoH100Frames, keys: ['3', 'j'] },
  host: { frames: tensorParallelFrames, keys: ['4'] },
  help: { frames: twoH100Frames, keys: ['?'] },
  setup: { frames: twoH100Frames, keys: [F2, 'j'] },
  signal: { frames: twoH100Frames, keys: ['K', ENTER] },
  fleet: { frames: fleetFrames },
  'fleet-warnings': { frames: fleetFrames, keys: ['2'] },
}

const SIZES = [
  [80, 24],
  [120, 40],
  [200, 60],
] as const

describe.each(SIZES)('%i×%i', (columns, rows) => {
  test.each(Object.keys(SHOTS))('%s, with its colours where they belong', async (name) => {
    const { text, colors } = await drawn(name, columns, rows)
    await matches(`${name}-${columns}x${rows}.txt`, text)
    await matches(`${name}-${columns}x${rows}.colors.txt`, colors)
  })
})

test.each(['two-h100', 'workload'])('%s at 80×24 in ASCII', async (name) => {
  const { text } = await drawn(name, 80, 24, true)
  await matches(`${name}-80x24.ascii.txt`, text)
})

async function drawn(
  name: string,
  columns: number,
  rows: number,
  ascii = false,
): Promise<{ readonly text: string; readonly colors: string }> {
  const watched = watch(columns, rows, { ascii })
  const { frames, keys = [] } = SHOTS[name] ?? { frames: () => [] }
  await watched.show(...frames())
  for (const key of keys) await watched.type(key)
  const terminal = await watched.terminal.emulator()
  const picture = { text: asText(terminal), colors: asColors(terminal) }
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
    })
      .join('')
      .trimEnd()
  })
  return `${map}\n${[...letters].map(([color, letter]) => `${letter} ${color.trim()}`).join('\n')}\n`
}

function linesOf(terminal: Terminal, line: (y: number) => string): string {
  return Array.from({ length: terminal.rows }, (_, y) => `${line(y)}│\n`).join('')
}
