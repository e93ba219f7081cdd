import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { frameJson } from '../../src/outputs/frame-json.ts'
import { jsonOutput } from '../../src/outputs/json.ts'
import { DEMO } from '../support/demo-scenario.ts'
import { steps } from '../support/fold.ts'
import { simulate } from '../support/simulate.ts'

test('each line is one frame, and parses by itself', async () => {
  const samples = simulate({ ...DEMO, durationMs: 10_000 })
  const shown = steps(samples).map(({ frame }) => frame)
  const stream = new PassThrough({ highWaterMark: 2 ** 24 })
  const output = jsonOutput(stream)
  for (const [at, sample] of samples.entries()) {
    const frame = shown[at]
    if (frame !== undefined) await output.accept(frame, sample)
  }
  const lines = String(stream.read()).split('\n')
  expect(lines.pop()).toBe('')
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(shown.map(frameJson))
})
