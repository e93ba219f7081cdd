import { expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { gibibytes, mebibytes } from '../../src/core/units.ts'
import {
  clockTime,
  formatEta,
  formatTrend,
  riskCounts,
  sampleAge,
  shortGpuName,
} from '../../src/view/wording.ts'
import { frameWith } from '../support/scene.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

test.each([
  [{ seconds: 300, lowSeconds: 250, highSeconds: 350 }, '4–6 min'],
  [{ seconds: 1560, lowSeconds: 1540, highSeconds: 1580 }, '≈25 min'],
  [{ seconds: 3000, lowSeconds: 1800, highSeconds: undefined }, '≥30 min'],
  [{ seconds: 12, lowSeconds: 8, highSeconds: 19 }, '8–19 s'],
  [{ seconds: 0.6, lowSeconds: 0.2, highSeconds: 0.9 }, '<1 s'],
  [{ seconds: 20_000, lowSeconds: 10_000, highSeconds: 40_000 }, '2–12 h'],
])('%j is %s', (eta, text) => {
  expect(formatEta(eta)).toBe(text)
})

function growth(bytesPerSecond: number) {
  return { bytesPerSecond, lowBytesPerSecond: bytesPerSecond, highBytesPerSecond: bytesPerSecond }
}

test('a trend is said per minute, and too little to tell is not steady', () => {
  expect(formatTrend({ kind: 'growing', ...growth(gibibytes(3.6) / 60) })).toBe('+3.6G')
  expect(formatTrend({ kind: 'shrinking', ...growth(-mebibytes(120) / 60) })).toBe('−120M')
  expect(formatTrend({ kind: 'steady' })).toBe('steady')
  expect(formatTrend({ kind: 'too-short', spanMs: 0, neededMs: 20_000 })).toBe('…')
})

test('the clock is that of whoever looks', () => {
  const epochMs = Date.UTC(2026, 10, 21, 23, 31, 7)
  expect(clockTime(epochMs, 0)).toBe('23:31:07')
  expect(clockTime(epochMs, 60)).toBe('00:31:07')
  expect(clockTime(epochMs, -330)).toBe('18:01:07')
  expect(clockTime(Infinity, 0)).toBe('–')
})

test('a slow nvidia-smi is told by its age and its cost, a quick one is not', () => {
  const sample = (ageMs: number, tookMs: number, short = false) =>
    sampleAge(frameWith({ gpuSample: known({ ageMs, tookMs: known(tookMs) }) }), short)
  expect(sample(4200, 3900)).toBe('sample 4.2 s old, nvidia-smi took 3.9 s')
  expect(sample(4200, 3900, true)).toBe('4.2 s old, took 3.9 s')
  expect(sample(0, 1000)).toBe('sample 0.0 s old, nvidia-smi took 1.0 s')
  expect(sample(3000, 999)).toBeUndefined()
  expect(sample(3001, 410)).toBe('sample 3.0 s old, nvidia-smi took 0.4 s')
  expect(sampleAge(frameWith({ gpuSample: missing('not-yet-known') }), false)).toBeUndefined()
})

test('risks are counted by level, worst first', () => {
  expect(riskCounts(twoH100().frame.risks)).toEqual([
    { level: 'critical', count: 1 },
    { level: 'watch', count: 1 },
  ])
})

test('card names go without their maker', () => {
  expect(shortGpuName('NVIDIA GeForce RTX 4090')).toBe('RTX 4090')
  expect(shortGpuName('Tesla T4')).toBe('Tesla T4')
  expect(shortGpuName('unknown GPU')).toBe('unknown')
})
