import { describe, expect, test } from 'vitest'
import { drawsInAscii } from '../../src/cli/locale.ts'

describe('llmtop draws in ASCII', () => {
  test.each([
    [true, 'where no locale is set', {}],
    [true, 'in the C locale', { LANG: 'C' }],
    [false, 'never in a UTF-8 locale', { LANG: 'de_DE.utf8' }],
    [true, 'where LC_ALL takes UTF-8 back', { LC_ALL: 'C', LANG: 'C.UTF-8' }],
    [false, 'by LANG where LC_ALL is empty', { LC_ALL: '', LANG: 'C.UTF-8' }],
    [
      true,
      "on Linux's own console, whose fonts have no signs for curves",
      { LANG: 'C.UTF-8', TERM: 'linux' },
    ],
  ])('%s: %s', (ascii, _, variables) => {
    expect(drawsInAscii('auto', variables)).toBe(ascii)
  })

  test('as the user says, whatever the locale', () => {
    expect([drawsInAscii(true, { LANG: 'C.UTF-8' }), drawsInAscii(false, {})]).toEqual([true, false])
  })
})
