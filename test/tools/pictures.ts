import { mkdir, writeFile } from 'node:fs/promises'
import { twoH100Frames } from '../support/scene-two-h100.ts'
import { eightGpusFrames } from '../support/scenes.ts'
import { svgOf } from '../support/svg.ts'
import { watch } from '../support/terminal.ts'
import type { Frame } from '../../src/model/frame.ts'

// Writes docs/pictures/*.svg: the real screen, from scenes that are stated in test/support/scenes.ts.

const PICTURES: readonly {
  readonly name: string
  readonly size: readonly [number, number]
  readonly frames: () => readonly Frame[]
}[] = [
  { name: 'overview', size: [120, 40], frames: twoH100Frames },
  { name: 'overview-80x24', size: [80, 24], frames: twoH100Frames },
  { name: 'eight-gpus', size: [120, 40], frames: () => eightGpusFrames(300) },
]

const folder = new URL('../../docs/pictures/', import.meta.url)
await mkdir(folder, { recursive: true })
for (const { name, size, frames } of PICTURES) {
  const watched = watch(...size)
  await watched.show(...frames())
  await writeFile(new URL(`${name}.svg`, folder), svgOf(await watched.terminal.emulator()))
  await watched.screen.close()
  console.log(`docs/pictures/${name}.svg`)
}
