import { describe, expect, test } from 'vitest'
import {
  both,
  firstKnown,
  known,
  map,
  missing,
  sum,
  sumOfKnown,
  valueOr,
  type Reading,
} from '../../src/core/reading.ts'

const three = known(3)
const four = known(4, 'declared')
const noWay = missing('no-permission')
const never = missing('not-supported', '[N/A]')

describe('a reading', () => {
  test('is measured unless it says otherwise, and gives a detail only where there is one', () => {
    expect(known(0)).toEqual({ kind: 'known', value: 0, basis: 'measured' })
    expect(missing('malformed')).toEqual({ kind: 'missing', reason: 'malformed' })
    expect(Object.keys(missing('malformed'))).toEqual(['kind', 'reason'])
    expect(never).toEqual({ kind: 'missing', reason: 'not-supported', detail: '[N/A]' })
  })

  test('that was computed from others is derived', () => {
    expect(map(three, (n) => n * 2)).toEqual(known(6, 'derived'))
    expect(both(three, four, (a, b) => a - b)).toEqual(known(-1, 'derived'))
  })

  test('that is missing stays missing for its own reason, and nothing is computed', () => {
    const explode = (): never => {
      throw new Error('computed')
    }
    expect(map<number, number>(never, explode)).toEqual(never)
    expect(both<number, number, number>(noWay, never, explode)).toEqual(noWay)
    expect(both<number, number, number>(three, never, explode)).toEqual(never)
  })
})

describe('sums', () => {
  test.each<[string, readonly Reading<number>[], Reading<number>]>([
    ['of nothing is zero', [], known(0, 'derived')],
    ['adds what is known', [three, four], known(7, 'derived')],
    ['is missing when a part is, because a part of a sum is not the sum', [three, noWay, never], noWay],
  ])('the sum %s', (_, readings, expected) => {
    expect(sum(readings)).toEqual(expected)
  })

  test.each<[string, readonly Reading<number>[], Reading<number>]>([
    ['of nothing is zero', [], known(0, 'derived')],
    ['leaves missing parts out', [noWay, three, never, four], known(7, 'derived')],
    ['is missing when all parts are, for the first reason', [noWay, never], noWay],
  ])('the sum of the known %s', (_, readings, expected) => {
    expect(sumOfKnown(readings)).toEqual(expected)
  })
})

describe('choosing', () => {
  test('a fallback stands in only for what is missing: zero and false are values', () => {
    expect([valueOr(known(0), 9), valueOr(known(false), true), valueOr(never, 9)]).toEqual([0, false, 9])
  })

  test('the first known reading wins; with none the last reason stands', () => {
    expect(firstKnown(noWay, three, four)).toBe(three)
    expect(firstKnown(three, four)).toBe(three)
    expect(firstKnown<number>(noWay, never)).toBe(never)
  })
})
