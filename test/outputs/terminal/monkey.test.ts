import { expect, test } from 'vitest'
import { monkey } from '../../support/monkey.ts'
import { LIVE, REPLAY } from '../../support/scene.ts'
import { fleetFrames } from '../../support/scene-fleet.ts'
import { tensorParallelFrames } from '../../support/scene-many.ts'
import { twoH100Frames } from '../../support/scene-two-h100.ts'
import { eightGpusFrames, hostile, mig } from '../../support/scenes.ts'

// A few seconds of what `npm run soak` does for ten minutes.
test.each([
  ['two cards', twoH100Frames, LIVE, 1],
  ['a replay', () => eightGpusFrames(60), REPLAY, 2],
  ['a fleet', fleetFrames, LIVE, 3],
  [
    'several cards and hostile names',
    () => [...tensorParallelFrames(), hostile().frame, mig().frame],
    LIVE,
    4,
  ],
] as const)(
  'random keys and sizes over %s break nothing and leave no stray character',
  { timeout: 30_000 },
  async (_, frames, session, seed) => {
    const wrong = await monkey({ seed, untilMs: performance.now() + 2500, frames: frames(), session })
    expect(wrong).toEqual([])
  },
)
