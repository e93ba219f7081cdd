import type { Frame } from '../../src/model/frame.ts'
import { twoH100Frames } from './scene-two-h100.ts'
import { eightGpusFrames } from './scenes.ts'
import { svgOf } from './svg.ts'
import { watch } from './terminal.ts'

interface Shot {
  readonly name: string
  readonly columns: number
  readonly rows: number
  readonly frames: () => readonly Frame[]
}

/** The pictures of the README: the real screen, from frames that are stated in scene-*.ts. */
export const SHOTS: readonly Shot[] = [
  { name: 'overview', columns: 120, rows: 40, frames: twoH100Frames },
  { name: 'overview-80x24', columns: 80, rows: 24, frames: twoH100Frames },
  { name: 'eight-gpus', columns: 120, rows: 40, frames: () => eightGpusFrames(300) },
]

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
