import { expect, test } from 'vitest'
import { asArray, asNumber, asObject, asText, parseJson } from '../../src/core/decode.ts'
import { stated } from '../../src/core/stated.ts'

const SHAPES: readonly unknown[] = [{ a: 1 }, [1], 'text', 4, Number.NaN, Infinity, true, null, undefined]

test('JSON from outside is only what it is: an array is no object, NaN no number, null nothing at all', () => {
  const answers = (read: (value: unknown) => unknown): readonly unknown[] =>
    SHAPES.filter((value) => read(value) !== undefined)
  expect(answers(asObject)).toEqual([{ a: 1 }])
  expect(answers(asArray)).toEqual([[1]])
  expect(answers(asText)).toEqual(['text'])
  expect(answers(asNumber)).toEqual([4])
})

test('text that is no JSON reads as undefined', () => {
  expect(parseJson('{"a":[1]}')).toEqual({ a: [1] })
  expect(parseJson('{"a":')).toBeUndefined()
  expect(parseJson('')).toBeUndefined()
})

test('a field that nobody stated is left out, while null and zero are statements', () => {
  expect(Object.keys(stated({ a: undefined, b: 0, c: null, d: '' }))).toEqual(['b', 'c', 'd'])
})
