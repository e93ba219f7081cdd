import { describe, expect, test } from 'vitest'
import {
  FRESH_LOOP,
  isLoopRefused,
  loopArguments,
  watchDocument,
  whyLeave,
} from '../../../src/sources/local/loop-mode.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'

const GOOD = nvidiaSmiXml({ gpus: [{ utilization: 40 }, { utilization: '[Not Supported]' }] })
const LOST = nvidiaSmiXml({ gpus: [{ utilization: '[Unknown Error]' }, { utilization: '[Not Supported]' }] })
const UNCHANGED = nvidiaSmiXml({ gpus: [{ utilization: 0 }, { utilization: 'Unknown Error' }] })

describe('the loop of nvidia-smi', () => {
  test('is asked for in whole seconds where it can be, else in milliseconds', () => {
    expect(loopArguments(2000)).toEqual(['-q', '-x', '-l', '2'])
    expect(loopArguments(3_600_000)).toEqual(['-q', '-x', '-l', '3600'])
    expect(loopArguments(500)).toEqual(['-q', '-x', '-lms', '500'])
    expect(loopArguments(1500)).toEqual(['-q', '-x', '-lms', '1500'])
  })

  test("is left when it answers 'Unknown Error' where its first document had a number", () => {
    expect(verdicts([GOOD, GOOD, LOST])).toEqual([
      undefined,
      undefined,
      "answers 'Unknown Error' where its first document had numbers",
    ])
  })

  test('is kept when the value was never a number', () => {
    expect(verdicts([GOOD, UNCHANGED])).toEqual([undefined, undefined])
    expect(verdicts([LOST, LOST])).toEqual([undefined, undefined])
  })

  test('is left when two ends in a row come later than an interval after what was before them', () => {
    expect(verdicts([GOOD, GOOD, GOOD], [2100, 2100, 2100])).toEqual([
      undefined,
      'holds back the end of each document until the next one',
      'holds back the end of each document until the next one',
    ])
  })

  test('is kept when a document is slow, or a single one comes late', () => {
    expect(verdicts([GOOD, GOOD, GOOD], [1900, 1900, 1900])).toEqual([undefined, undefined, undefined])
    expect(verdicts([GOOD, GOOD, GOOD], [9000, 0, 9000])).toEqual([undefined, undefined, undefined])
  })

  test('counts as refused by its exit code or its words, not by an error of the driver', () => {
    expect(isLoopRefused('', 2)).toBe(true)
    expect(isLoopRefused('ERROR: Option -lms is not recognized.', 1)).toBe(true)
    expect(isLoopRefused('Invalid combination of input arguments.', null)).toBe(true)
    expect(isLoopRefused('Failed to initialize NVML: Driver/library version mismatch', 18)).toBe(false)
  })
})

function verdicts(documents: readonly string[], silentMs: readonly number[] = []): readonly unknown[] {
  let watch = FRESH_LOOP
  return documents.map((document, position) => {
    watch = watchDocument(watch, document, silentMs[position] ?? 0, 2000)
    return whyLeave(watch, document)
  })
}
