import xterm from '@xterm/headless'
import type { Terminal } from '@xterm/headless'
import type { Frame } from '../../src/model/frame.ts'
import { DEMO } from './demo-scenario.ts'
import { fit } from './fit.ts'
import { frames as framesOf } from './fold.ts'
import { fleetFrames } from './scene-fleet.ts'
import { twoH100Frames } from './scene-two-h100.ts'
import { eightGpusFrames } from './scenes.ts'
import { simulate } from './simulate.ts'
import { svgOf } from './svg.ts'
import { watch } from './terminal.ts'

interface Shot {
  readonly name: string
  readonly columns: number
  readonly rows: number
  readonly shows: Shown
}

type Shown =
  /** The screen after these frames and keys. */
  | { readonly kind: 'screen'; readonly frames: () => readonly Frame[]; readonly keys?: readonly string[] }
  /** What `llmtop fit` prints. */
  | { readonly kind: 'fit'; readonly command: readonly string[] }

/** When the demo's transformers server has less than four minutes left. */
const DEMO_MOMENT_MS = 340_000
const ENTER = '\r'

const QWEN_ON_A_4090 = '--quant Q4_K_M --engine llama.cpp --ctx 65536 --gpu'.split(' ')

/** The pictures of the README: the real screen, of the demo recording's own scenario and of what it has not got. */
export const SHOTS: readonly Shot[] = [
  { name: 'demo', columns: 120, rows: 40, shows: { kind: 'screen', frames: demoFrames } },
  { name: 'demo-80x24', columns: 80, rows: 24, shows: { kind: 'screen', frames: demoFrames } },
  {
    name: 'workload',
    columns: 120,
    rows: 40,
    shows: { kind: 'screen', frames: twoH100Frames, keys: ['j', ENTER] },
  },
  {
    name: 'eight-gpus',
    columns: 120,
    rows: 40,
    shows: { kind: 'screen', frames: () => eightGpusFrames(300) },
  },
  { name: 'fleet', columns: 120, rows: 30, shows: { kind: 'screen', frames: fleetFrames } },
  {
    name: 'fit',
    columns: 120,
    rows: 30,
    shows: { kind: 'fit', command: ['qwen3:32b', ...QWEN_ON_A_4090, 'RTX 4090:24GiB'] },
  },
]

function demoFrames(): readonly Frame[] {
  return framesOf(simulate({ ...DEMO, durationMs: DEMO_MOMENT_MS }))
}

/** Where a picture lies in the repository. */
export function pictureFile(shot: Shot): URL {
  return new URL(`../../docs/pictures/${shot.name}.svg`, import.meta.url)
}

/** The picture as it is to be, as SVG. */
export async function takePicture({ columns, rows, shows }: Shot): Promise<string> {
  switch (shows.kind) {
    case 'fit':
      return svgOf(await printed(shows.command, columns, rows))
    case 'screen': {
      const watched = watch(columns, rows)
      await watched.show(...shows.frames())
      for (const key of shows.keys ?? []) await watched.type(key)
      const svg = svgOf(await watched.terminal.emulator())
      await watched.screen.close()
      return svg
    }
  }
}

async function printed(command: readonly string[], columns: number, rows: number): Promise<Terminal> {
  const { stdout } = await fit(command)
  const typed = command.map((word) => (word.includes(' ') ? `'${word}'` : word)).join(' ')
  const terminal = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true, convertEol: true })
  await new Promise<void>((resolve) => {
    terminal.write(`\u001b[1m$ llmtop fit ${typed}\u001b[0m\n${stdout.trimEnd()}`, resolve)
  })
  return terminal
}
