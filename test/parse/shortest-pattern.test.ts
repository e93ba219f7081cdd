import { expect, test } from 'vitest'
import { shortestPattern } from '../../src/parse/shortest-pattern.ts'

test('a list is told by the shortest pattern that repeats in it, also where it ends in the middle of one', () => {
  expect([
    shortestPattern([true, true, false, true, true, false, true]),
    shortestPattern([true, true, true]),
    shortestPattern([true, true, false, false, false]),
    shortestPattern([]),
  ]).toEqual([[true, true, false], [true], [true, true, false, false, false], []])
})
