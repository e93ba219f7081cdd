import { expect, test } from 'vitest'
import { readCsvStamp } from '../../../src/parse/nvidia-smi-csv/stamp.ts'

test.each([
  ['2023/06/22 18:56:56.252', '2023-06-22T18:56:56.252Z', false],
  ['2025-09-08T17:26:50+08:00', '2025-09-08T09:26:50.000Z', true],
  ['2025-09-08 17:26:50 -0330', '2025-09-08T20:56:50.000Z', true],
  ['2025-09-08 17:26:50,5', '2025-09-08T17:26:50.500Z', false],
  ['1687460216', '2023-06-22T18:56:56.000Z', true],
  ['1687460216252', '2023-06-22T18:56:56.252Z', true],
  ['1687460216.252', '2023-06-22T18:56:56.252Z', true],
  ['Fri Jun  2 10:00:00 UTC 2023', '2023-06-02T10:00:00.000Z', true],
  ['Fri Jun  2 10:00:00 PM CEST 2023', '2023-06-02T22:00:00.000Z', false],
  ['Fri Jun  2 12:00:00 AM 2023', '2023-06-02T00:00:00.000Z', false],
])('%s is a time', (text, iso, zoned) => {
  const stamp = readCsvStamp(text)
  expect(stamp && [new Date(stamp.epochMs).toISOString(), stamp.zoned]).toEqual([iso, zoned])
})

// a date of another language has no one reading, and a small number is no time
test.each(['', 'Fr 2. Jun 10:00:00 CEST 2023', '12', '22 %', '2023/06/22', '99999999999999'])(
  '%j is none',
  (text) => {
    expect(readCsvStamp(text)).toBeUndefined()
  },
)
