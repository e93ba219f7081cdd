import { expect, test } from 'vitest'
import { known } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { RecordingState } from '../../src/model/session.ts'
import { headerPanel } from '../../src/view/panels/header.ts'
import { frameWith, gpuWith, sceneOf } from '../support/scene.ts'
import { fleet } from '../support/scene-fleet.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

const RECORDING: RecordingState = {
  file: '/data/node7.ndjson.gz',
  sizeBytes: mebibytes(3),
  fault: undefined,
}

function header(scene: ReturnType<typeof twoH100>, recording: RecordingState | undefined, columns: number) {
  const session = { kind: 'live', intervalMs: 2000, behindMs: 0, recording } as const
  const { lines } = headerPanel.view({ ...scene, session }, { columns, rows: 1 })
  return (lines[0] ?? []).map(({ text }) => text).join('')
}

test('that a recording is written stands beside LIVE at every width, and where to where there is room', () => {
  for (const columns of [60, 80, 120]) {
    expect(header(twoH100(), RECORDING, columns)).toContain('◉ REC 3 MiB')
    expect(header(fleet(), RECORDING, columns)).toContain('◉ REC 3 MiB')
  }
  expect(header(twoH100(), RECORDING, 140)).toContain('node7.ndjson.gz')
  expect(header(twoH100(), undefined, 140)).not.toContain('REC')
})

test('a recording that can not be written says why', () => {
  const fault = { kind: 'not-recorded', file: '/data/node7.ndjson.gz', because: 'no space is left' } as const
  expect(header(twoH100(), { ...RECORDING, fault }, 80)).toContain('◉ not recording')
})

test('numbers of GPUs that are the past are no good news, once an answer is later than it usually is', () => {
  const told = (ageMs: number, tookMs: number, columns: number): string => {
    const gpuSample = known({ ageMs, tookMs: known(tookMs) })
    return header(sceneOf([frameWith({ gpus: [gpuWith(0, {})], gpuSample })]), undefined, columns)
  }
  expect(told(16_000, 400, 80)).toMatch(/ STALE .* \? {3}12:31:07 $/)
  expect(told(16_000, 400, 120)).toMatch(/ STALE .* \? no news of GPUs {2}12:31:07 $/)
  // a new answer every 8 s is never more than 8 s late
  expect(told(8000, 8000, 80)).toMatch(/^(?!.*STALE).* ✓ ok {2}12:31:07 $/)
})

test('on a narrow screen what is looked at takes the place of the program and of the host', () => {
  const scene = twoH100()
  const workload = scene.frame.workloads.find(({ engine }) => engine === 'transformers')
  const view = { kind: 'workload', id: workload?.id ?? '' } as const
  const opened = { ...scene, ui: { ...scene.ui, views: [...scene.ui.views, view] } as const }
  expect(header(opened, undefined, 100)).toMatch(/^ llmtop {2}node7 {2}transformers 9120 {2}/)
  expect(header(opened, undefined, 60)).toMatch(/^ node7 {2}transformers 9120/)
  expect(header(opened, undefined, 50)).toMatch(/^ transformers 9120/)
  expect(header(scene, undefined, 48)).toMatch(/^ llmtop {2}node7 {2}LIVE/)
})
