import { expect, test } from 'vitest'
import { nearest } from '../../src/core/nearest.ts'

test.each([
  ['lihgt', 'light'],
  ['Dark', 'dark'],
  ['drk', 'dark'],
  ['contrasst', 'contrast'],
  ['blue', undefined],
  ['', undefined],
])('«%s» is meant to be %s', (text, word) => {
  expect(nearest(text, ['dark', 'light', 'contrast', 'safe', 'mono'])).toBe(word)
})
