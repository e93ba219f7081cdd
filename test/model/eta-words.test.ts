import { expect, test } from 'vitest'
import { etaWords } from '../../src/model/eta-words.ts'

test.each([
  ['nearly the same', 109.4, 109, 110, 'about', '110 s'],
  ['nearly the same', 300, 285, 315, 'about', '5 min'],
  ['nearly the same', 1560, 1540, 1580, 'about', '25 min'],
  ['the same once rounded', 178, 160, 200, 'about', '3 min'],
  ['apart', 300, 250, 350, 'between', '4–6 min'],
  ['apart', 1560, 1262, 2030, 'between', '20–35 min'],
  ['apart', 45, 41, 72, 'between', '40–80 s'],
  ['of two sizes', 100, 80, 200, 'between', '1–4 min'],
  ['days away', 400_000, 300_000, 500_000, 'between', '3–6 d'],
  ['both below a second', 0.6, 0.5, 0.61, 'less-than', '1 s'],
  ['from now on', 40, 20, 130, 'less-than', '3 min'],
  ['without an upper end', 3000, 1850, undefined, 'at-least', '30 min'],
] as const)(
  'ends that are %s: %s s, from %s to %s, is %s %s',
  (_, seconds, lowSeconds, highSeconds, kind, text) => {
    expect(etaWords({ seconds, lowSeconds, highSeconds })).toEqual({ kind, text })
  },
)

test('a time that passes second by second is said in new words only every ten seconds', () => {
  const said = Array.from({ length: 50 }, (_, passed) => {
    const seconds = 114 - passed
    return etaWords({ seconds, lowSeconds: seconds - 1, highSeconds: seconds + 1 }).text
  })
  expect([...new Set(said)]).toEqual(['110 s', '100 s', '90 s', '80 s', '70 s'])
})
