import type { Frame } from '../../src/model/frame.ts'
import { DEMO } from './demo-scenario.ts'
import { frames as framesOf } from './fold.ts'
import { eightGpusFrames } from './scenes.ts'
import { simulate } from './simulate.ts'
import { svgOf } from './svg.ts'
import { watch } from './terminal.ts'

interface Shot {
  readonly name: string
  readonly columns: number
  readonly rows: number
  readonly frames: () => readonly Frame[]
}

/** When the demo's transformers server has less than four minutes left. */
const DEMO_MOMENT_MS = 340_000

/** The pictures of the README: the real screen, of the demo recording's own scenario and of a full server. */
export const SHOTS: readonly Shot[] = [
  { name: 'demo', columns: 120, rows: 40, frames: demoFrames },
  { name: 'demo-80x24', columns: 80, rows: 24, frames: demoFrames },
  { name: 'eight-gpus', columns: 120, rows: 40, frames: () => eightGpusFrames(300) },
]

function demoFrames(): readonly Frame[] {
  return framesOf(simulate({ ...DEMO, durationMs: DEMO_MOMENT_MS }))
}

/** Where a picture lies in the repository. */
export function pictureFile(shot: Shot): URL {
  return new URL(`../../docs/pictures/${shot.name}.svg`, import.meta.url)
}

/** The picture as it is to be, as SVG. */
export async function takePicture({ columns, rows, frames }: Shot): Promise<string> {
  const watched = watch(columns, rows)
  await watched.show(...frames())
  const svg = svgOf(await watched.terminal.emulator())
  await watched.screen.close()
  return svg
}
