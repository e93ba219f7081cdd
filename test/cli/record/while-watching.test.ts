import { mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { recordingWhileWatching } from '../../../src/cli/record/while-watching.ts'
import { liveState, NO_TIMELINE } from '../../../src/model/session.ts'
import { eventually } from '../../support/eventually.ts'
import { steps } from '../../support/fold.ts'
import { recorded, samplesOf } from '../../support/recorded.ts'
import { growing, machine } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const SAMPLES = simulate(machine({ durationMs: 20_000, processes: [growing(300)] }))
const FRAMES = steps(SAMPLES).map(({ frame }) => frame)

// a key begins a file where the program was started
let before = ''
beforeEach(() => {
  before = process.cwd()
  process.chdir(temporaryFolder())
})
afterEach(() => {
  process.chdir(before)
})

test('a key begins a recording, with all that stood before, and ends it; the session says so meanwhile', async () => {
  const recording = recordingWhileWatching('9.9', 'node7')
  const state = (): unknown => recording.stateWith(liveState(2000))
  const accept = async (from: number, to: number): Promise<void> => {
    for (const [at, frame] of FRAMES.entries()) {
      const sample = SAMPLES[at]
      if (at >= from && at < to && sample !== undefined) await recording.output.accept(frame, sample)
    }
  }
  await accept(0, 3)
  expect(state()).toEqual(liveState(2000))
  const begun = await recording.toggle()
  await eventually(() => readdirSync('.').length === 1, 'the file was there')
  const [file = ''] = readdirSync('.')
  expect(begun).toBe(`recording to '${file}'; R ends it`)
  await eventually(() => JSON.stringify(state()).includes(file), 'the session had it')
  await accept(3, 6)
  expect(state()).toMatchObject({ kind: 'live', recording: { file, fault: undefined } })
  const ended = await recording.toggle()
  await eventually(() => recording.summary().length > 0, 'it was ended')
  expect([ended]).toEqual(recording.summary())
  expect(state()).toEqual(liveState(2000))
  await accept(6, 9)
  await recording.output.close()
  expect(file).toMatch(/^llmtop-node7-\d{8}-\d{6}\.ndjson\.gz$/)
  expect(recording.summary()).toEqual([expect.stringMatching(`^recorded 3 samples to '${file}', \\d KiB$`)])
  const [first, ...others] = samplesOf(recorded(join(process.cwd(), file)))
  expect(first?.parts.has('boot-id')).toBe(true)
  expect(others).toEqual(SAMPLES.slice(4, 6))
})

test('a recording that can not be begun says why', async () => {
  const folder = process.cwd()
  rmSync(folder, { recursive: true })
  const said = await recordingWhileWatching('9.9', 'node7').toggle()
  expect(said).toMatch(/^nothing is recorded to 'llmtop-node7-\d{8}-\d{6}\.ndjson\.gz': /)
  mkdirSync(folder)
})

test('a replay has no recording of its own', () => {
  const replay = {
    kind: 'replay',
    speed: 1,
    paused: false,
    ended: false,
    loop: false,
    progressRatio: 0,
    demo: false,
    timeline: NO_TIMELINE,
  } as const
  expect(recordingWhileWatching('9.9', 'node7').stateWith(replay)).toBe(replay)
})
