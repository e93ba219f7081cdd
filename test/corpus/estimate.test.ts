import { describe, expect, test } from 'vitest'
import { readTruth } from './truth-cases.ts'
import { isExact, relativeError, scoreAll, type Part, type Score } from './truth-scores.ts'

const FOLDER = process.env['LLMTOP_CORPUS']
const SCORES = FOLDER === undefined ? [] : scoreAll(readTruth(FOLDER))

if (FOLDER === undefined) console.warn('the truth suite is skipped: LLMTOP_CORPUS does not name a folder')

describe.skipIf(FOLDER === undefined)('starts of real engines (needs LLMTOP_CORPUS)', () => {
  test('KV is exact in at least 97 % of the cases', () => {
    const kv = scored('KV')
    const inexact = kv.filter((score) => !isExact(score)).map(({ id }) => id)
    expect(kv.length).toBeGreaterThanOrEqual(45)
    expect({ inexact, share: 1 - inexact.length / kv.length >= 0.97 }).toEqual({
      // its micro-batch of 128 is not written down
      inexact: ['lcpp-gptoss20b-hexagon'],
      share: true,
    })
  })

  test('recurrent state is exact, on every device', () => {
    expect(scored('recurrent state').filter((score) => !isExact(score))).toEqual([])
  })

  test('layers land on the cards where llama.cpp puts them', () => {
    expect(scored('KV per GPU').filter((score) => !isExact(score))).toEqual([])
  })

  test('the compute buffer of current builds is within 5 %', () => {
    expect(scored('compute buffer').filter((score) => Math.abs(relativeError(score)) > 0.05)).toEqual([])
  })

  test('the total is within 1.5 % of nvidia-smi in the median and 5 % at p95', () => {
    const errors = scored('total')
      .map((score) => Math.abs(relativeError(score)))
      .sort((a, b) => a - b)
    expect(errors[Math.ceil(errors.length / 2) - 1]).toBeLessThanOrEqual(0.015)
    expect(errors.at(-1)).toBeLessThanOrEqual(0.05)
  })

  test('at least 92 % of the totals are inside a range of at most ± 10 %', () => {
    const totals = [...scored('total'), ...scored('total per GPU')]
    const inside = totals.filter(
      ({ measured, lowBytes = 0, highBytes = 0 }) => measured >= lowBytes && measured <= highBytes,
    )
    expect(inside.length / totals.length).toBeGreaterThanOrEqual(0.92)
    expect(totals.filter(isTooWide)).toEqual([])
  })

  test('weights by name are within 8 %, and within 0.1 % in plain 16 and 8 bits', () => {
    const byName = scored('weights by name')
    expect(byName.filter((score) => Math.abs(relativeError(score)) > 0.08)).toEqual([])
    const plain = byName.filter(({ id }) => id.startsWith('vllm-v19'))
    expect(plain.filter((score) => !isExact(score))).toEqual([])
  })
})

function scored(part: Part): readonly Score[] {
  return SCORES.filter((score) => score.part === part)
}

function isTooWide({ lowBytes = 0, highBytes = 0, predicted }: Score): boolean {
  return lowBytes < 0.8999 * predicted || highBytes > 1.1001 * predicted
}
