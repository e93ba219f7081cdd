import { monkey } from '../support/monkey.ts'
import { LIVE, REPLAY } from '../support/scene.ts'
import { fleetFrames } from '../support/scene-fleet.ts'
import { tensorParallelFrames } from '../support/scene-many.ts'
import { twoH100Frames } from '../support/scene-two-h100.ts'
import { eightGpusFrames, hostile, mig } from '../support/scenes.ts'

// Ten minutes (or as many as are given) of random keys and sizes; ends with 1 on the first stray character, and where the
// memory held after half the time has grown by more than a third at the end.
const minutes = Number(process.argv[2] ?? 10)
const seed = Number(process.argv[3] ?? 1)
const start = performance.now()
const frames = [
  ...twoH100Frames(60),
  ...eightGpusFrames(40),
  ...tensorParallelFrames(),
  mig().frame,
  hostile().frame,
]
const rounds = [
  { frames: frames.map((frame) => ({ ...frame, host: 'node7' })), session: LIVE },
  { frames: eightGpusFrames(60), session: REPLAY },
  { frames: fleetFrames(), session: LIVE },
]
const heldMiB: number[] = []
let wrong: readonly string[] = []
for (let i = 0; wrong.length === 0 && performance.now() < start + minutes * 60_000; i++) {
  const round = rounds[i % rounds.length] ?? rounds[0]
  if (round === undefined) break
  wrong = await monkey({ ...round, seed: seed + i, untilMs: performance.now() + 10_000 })
  globalThis.gc?.()
  heldMiB.push(process.memoryUsage().heapUsed / 1024 ** 2)
  console.log(
    `${((performance.now() - start) / 60_000).toFixed(1)} min, ${(heldMiB.at(-1) ?? 0).toFixed(0)} MiB`,
  )
}
for (const line of wrong) console.error(line)
const half = heldMiB[Math.floor(heldMiB.length / 2)] ?? 0
const grown = (heldMiB.at(-1) ?? 0) > 1.33 * half + 10
if (grown) console.error(`memory has grown from ${half.toFixed(0)} MiB at half time`)
process.exit(wrong.length > 0 || grown ? 1 : 0)
