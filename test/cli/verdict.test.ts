import { expect, test } from 'vitest'
import { verdict } from '../../src/cli/verdict.ts'

const END = { frames: 301, last: undefined, fault: undefined }

test.each([
  ['critical', 'watch', 3],
  ['critical', 'warn', 3],
  ['critical', 'critical', 3],
  ['warn', 'warn', 3],
  ['warn', 'critical', 0],
  ['watch', 'warn', 0],
  [undefined, 'watch', 0],
  ['critical', undefined, 0],
] as const)('where %s was the worst, --fail-on %s ends with %d', (worst, failOn, code) => {
  expect(verdict(process, { ...END, worst }, failOn)).toBe(code)
})
