import { expect, test } from 'vitest'
import { followHeights, isNewHeight, type Height, type HeightBook } from '../../src/analyse/heights.ts'
import { RULES } from '../../src/analyse/rules.ts'
import type { Observation } from '../../src/analyse/windows.ts'
import { known, missing } from '../../src/core/reading.ts'

const { trend } = RULES

function seen(value: number | undefined, owner = '9120@77'): Observation {
  return {
    key: 'host',
    unit: 'bytes',
    value: value === undefined ? missing('not-yet-known') : known(value),
    atMs: 0,
    circumstances: '',
    owner,
  }
}

function after(...observations: readonly Observation[]): Height | undefined {
  const none: HeightBook = new Map()
  return observations
    .reduce((book, observation) => followHeights(book, [observation], trend), none)
    .get('host')
}

test('what gives back a quarter has come back from its height, and less is breathing', () => {
  expect(after(seen(60), seen(100), seen(76))).toEqual({
    owner: '9120@77',
    latest: 100,
    returnedFrom: -Infinity,
  })
  expect(after(seen(60), seen(100), seen(74))).toEqual({ owner: '9120@77', latest: 74, returnedFrom: 100 })
})

test('the highest of all that it came back from counts', () => {
  expect(after(seen(100), seen(20), seen(50), seen(10))?.returnedFrom).toBe(100)
})

test('what is not told for a while is not forgotten; what others did, or is not asked for, is', () => {
  expect(after(seen(100), seen(20), seen(undefined))?.returnedFrom).toBe(100)
  expect(after(seen(100), seen(20), seen(30, '9120@99'))?.returnedFrom).toBe(-Infinity)
  const { owner, ...nobodys } = seen(100)
  expect([owner, after(nobodys)]).toEqual(['9120@77', undefined])
  expect(followHeights(new Map([['host', { owner: 'a', latest: 1, returnedFrom: 1 }]]), [], trend).size).toBe(
    0,
  )
})

test('a height is new a twentieth beyond the last, or where nothing ever came back', () => {
  const height = { owner: '', latest: 20, returnedFrom: 100 }
  expect([104, 106].map((value) => isNewHeight(height, value, trend))).toEqual([false, true])
  expect(isNewHeight(undefined, 1, trend)).toBe(true)
  expect(isNewHeight({ owner: '', latest: 20, returnedFrom: -Infinity }, 1, trend)).toBe(true)
})
