import { expect, test } from 'vitest'
import { formatEta } from '../../src/analyse/wording.ts'

test.each([
  [300, 250, 350, '4–6 min'],
  [45, 40, 75, '40–80 s'],
  [109.4, 109, 110, 'about 110 s'],
  [0.6, 0.2, 0.9, 'less than 1 s'],
  [600, 240, undefined, 'at least 4 min'],
  [0.3, 0.1, undefined, 'a moment'],
  [9000, 7300, 10_700, '2–3 h'],
])('%s s, from %s to %s, is %s', (eta, lowSeconds, highSeconds, text) => {
  expect(formatEta({ seconds: eta, lowSeconds, highSeconds })).toBe(text)
})
