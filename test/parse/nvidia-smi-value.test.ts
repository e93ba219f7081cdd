import { describe, expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import {
  at,
  CELSIUS,
  COUNT,
  firstTold,
  KILOBYTES_PER_SECOND,
  MEMORY,
  PERCENT,
  readFlag,
  readNumber,
  readText,
  WATTS,
} from '../../src/parse/nvidia-smi-value.ts'

describe('every spelling of "no value" is missing with its reason', () => {
  test.each([
    ['N/A', missing('not-supported')],
    ['[N/A]', missing('not-supported')],
    [' N/A ', missing('not-supported')],
    ['Not Supported', missing('not-supported')],
    ['[Not Supported]', missing('not-supported')],
    [
      'Requested functionality has been deprecated',
      missing('not-supported', 'Requested functionality has been deprecated'),
    ],
    ['Insufficient Permissions', missing('no-permission', 'Insufficient Permissions')],
    ['[Insufficient Permissions]', missing('no-permission', 'Insufficient Permissions')],
    ['', missing('not-reported')],
    ['\n\t\t', missing('not-reported')],
    ['Not Found', missing('not-reported', 'Not Found')],
    ['[Unknown Error]', missing('not-reported', 'Unknown Error')],
    ['Unknown Error', missing('not-reported', 'Unknown Error')],
    ['ERR!', missing('not-reported', 'ERR!')],
    ['GPU is lost', missing('not-reported', 'GPU is lost')],
    ['[GPU requires reset]', missing('not-reported', 'GPU requires reset')],
  ])('%j', (text, reading) => {
    expect(readText(text)).toEqual(reading)
    expect(readNumber(text, MEMORY)).toEqual(reading)
    expect(readFlag(text)).toEqual(reading)
  })

  test('and so is what is not there at all, or is no text', () => {
    expect(readText(undefined)).toEqual(missing('not-reported'))
    expect(readText({ total: '1 MiB' })).toEqual(missing('malformed'))
    expect(readNumber(['1 MiB', '2 MiB'], MEMORY)).toEqual(missing('malformed'))
  })
})

describe('a number', () => {
  test.each([
    ['24576 MiB', MEMORY, known(25_769_803_776)],
    ['0 MiB', MEMORY, known(0)],
    ['33.4 %', PERCENT, known(33.4)],
    ['  67.03 W ', WATTS, known(67.03)],
    ['-7 C', CELSIUS, known(-7)],
    ['830 KB/s', KILOBYTES_PER_SECOND, known(830_000)],
    ['3', COUNT, known(3)],
  ])('%j comes in our units', (text, quantity, reading) => {
    expect(readNumber(text, quantity)).toEqual(reading)
  })

  test.each([
    ['an unsigned underflow', '17592186044134 MiB', MEMORY],
    ['a negative amount', '-1 MiB', MEMORY],
    ['more than all', '101 %', PERCENT],
    ['the wrong unit', '12 GiB', MEMORY],
    ['no unit', '12', MEMORY],
    ['a hexadecimal id', '1B8210DE', COUNT],
    ['an exponent', '1e5', COUNT],
    ['a fraction without digits', '1. W', WATTS],
    ['words', 'plenty', PERCENT],
  ])('%s is malformed', (_, text, quantity) => {
    expect(readNumber(text, quantity)).toEqual(missing('malformed', text))
  })

  test('keeps little of a long text', () => {
    expect(readNumber('x'.repeat(1000), COUNT)).toEqual(missing('malformed', `${'x'.repeat(79)}…`))
  })
})

test('a flag is one of two words', () => {
  expect(['Enabled', 'Disabled', 'Yes', 'No', 'Maybe'].map(readFlag)).toEqual([
    known(true),
    known(false),
    known(true),
    known(false),
    missing('malformed', 'Maybe'),
  ])
})

test('the first value counts, then the most telling reason', () => {
  const absent = missing('not-reported')
  const refused = missing('not-supported')
  const failed = missing('not-reported', 'Unknown Error')
  expect(firstTold(refused, known(1), known(2))).toEqual(known(1))
  expect(firstTold(absent, failed, refused)).toEqual(refused)
  expect(firstTold(absent, failed)).toEqual(failed)
  expect(firstTold(absent, absent)).toEqual(absent)
})

test('a path leads only through own children of elements', () => {
  const tree = { gpu: { pci: { rx: '1' } }, list: [{ rx: '2' }] }
  expect(at(tree, 'gpu', 'pci', 'rx')).toBe('1')
  expect([
    at(tree, 'gpu', 'toString'),
    at(tree, 'list', '0'),
    at('text', 'length'),
    at(undefined, 'a'),
  ]).toEqual(Array(4).fill(undefined))
})
