import { parse } from 'smol-toml'
import { expect, test } from 'vitest'
import type { FileValue } from '../../src/config/value-types.ts'
import { withTomlValues } from '../../src/config/toml-edit.ts'

function isToml(piece: string): boolean {
  try {
    parse(piece)
    return true
  } catch {
    return false
  }
}

test.each([
  ['an empty file gets a line', '', 'theme = "light"\n'],
  ['a value is replaced, with its comment kept', 'theme = "dark"  # mine\n', 'theme = "light"  # mine\n'],
  ['a # within a text begins no comment', 'theme = "#a" # b\n', 'theme = "light" # b\n'],
  ['quotes, blanks and the form of the key do not matter', ' "theme"="dark"', ' theme = "light"\n'],
  [
    'other lines stay as they are',
    '# a\nx = 1 # b\ntheme=""\n\n[t]\ntheme = 2\n',
    '# a\nx = 1 # b\ntheme = "light"\n\n[t]\ntheme = 2\n',
  ],
  [
    'a new key goes below its commented default',
    '# theme = "dark"\n\n# [groups]\n',
    '# theme = "dark"\ntheme = "light"\n\n# [groups]\n',
  ],
  [
    'a new key goes below the last one',
    'x = [\n 1,\n]\n\n# of t\n[t]\na = 1\n',
    'x = [\n 1,\n]\ntheme = "light"\n\n# of t\n[t]\na = 1\n',
  ],
  [
    'a new key goes above the comment of the first table',
    '# head\n\n# of t\n[t]\n',
    '# head\n\ntheme = "light"\n# of t\n[t]\n',
  ],
  [
    'an array over several lines is one value',
    'theme = [ # a\n "x", # b\n] # c\ny = 1\n',
    'theme = "light" # c\ny = 1\n',
  ],
  ['lines keep their ends', 'theme = "dark"\r\ny = 1\r\n', 'theme = "light"\r\ny = 1\r\n'],
])('%s', (_, before, after) => {
  expect(withTomlValues(before, new Map([['theme', 'light']]), isToml)).toBe(after)
})

test('several values, of all kinds', () => {
  const values = new Map<string, FileValue>([
    ['mouse', true],
    ['hidden-columns', ['type', 'a"b']],
  ])
  expect(withTomlValues('x = 1\n', values, isToml)).toBe(
    'x = 1\nmouse = true\nhidden-columns = ["type", "a\\"b"]\n',
  )
})
