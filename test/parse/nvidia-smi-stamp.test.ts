import { expect, test } from 'vitest'
import { nvidiaSmiStamp } from '../../src/parse/nvidia-smi-stamp.ts'

test.each([
  ['Wed Jan 22 04:28:25 2025', '2025-01-22T04:28:25.000Z'],
  ['Sun Mar  2 23:59:59 2025', '2025-03-02T23:59:59.000Z'],
  ['Sat Dec 31 00:00:00 2016', '2016-12-31T00:00:00.000Z'],
])('the stamp %s has the same digits on every machine', (stamp, iso) => {
  const epochMs = nvidiaSmiStamp(`<nvidia_smi_log>\n\t<timestamp>${stamp}</timestamp>`)
  expect(epochMs === undefined ? undefined : new Date(epochMs).toISOString()).toBe(iso)
})

test.each([
  '',
  'N/A',
  '2025-01-22 04:28:25',
  'Mi Jan 22 04:28:25 2025',
  'Wed Jänner 22 04:28:25 2025',
  'Wed Xyz 22 04:28:25 2025',
])('«%s» is no stamp', (stamp) => {
  expect(nvidiaSmiStamp(`<timestamp>${stamp}</timestamp>`)).toBeUndefined()
})

test('a stamp far inside a document is not looked for', () => {
  expect(nvidiaSmiStamp(`${' '.repeat(5000)}<timestamp>Wed Jan 22 04:28:25 2025</timestamp>`)).toBeUndefined()
})
