import { expect, test } from 'vitest'
import { readCommand, readDurationMs, readSizeBytes, readSpeed } from '../../src/config/values.ts'

test.each([
  ['500ms', 500],
  ['2s', 2000],
  ['1.5m', 90_000],
  ['1h', 3_600_000],
  ['7d', 604_800_000],
  [' 3 ', 3000],
  ['0s', 0],
  ['0.0004s', 0],
  ['', undefined],
  ['s', undefined],
  ['-1s', undefined],
  ['1e3s', undefined],
  ['2 s', undefined],
  ['2sec', undefined],
  ['Infinity', undefined],
])('the time «%s» is %s ms', (text, ms) => {
  expect(readDurationMs(text)).toBe(ms)
})

test.each([
  ['100', 100],
  ['64K', 65_536],
  ['1.5 MiB', 1_572_864],
  ['2GB', 2 ** 31],
  ['1t', 2 ** 40],
  ['', undefined],
  ['M', undefined],
  ['-1M', undefined],
  ['1 MM', undefined],
  ['1e9', undefined],
])('the size «%s» is %s bytes', (text, bytes) => {
  expect(readSizeBytes(text)).toBe(bytes)
})

test.each([
  ['8', 8],
  ['0.25', 0.25],
  ['8x', 8],
  ['8×', 8],
  ['max', Infinity],
  ['0', undefined],
  ['-8', undefined],
  ['fast', undefined],
  ['Infinity', undefined],
  ['', undefined],
])('the speed «%s» is %s', (text, factor) => {
  expect(readSpeed(text)).toBe(factor)
})

test.each([
  ['notify-send llmtop', ['notify-send', 'llmtop']],
  ['  mail -s "llmtop says" me ', ['mail', '-s', 'llmtop says', 'me']],
  ["sh -c 'cat >> /tmp/x'", ['sh', '-c', 'cat >> /tmp/x']],
  ['', undefined],
  ['mail "open', undefined],
])('%j is a command of words', (text, words) => {
  expect(readCommand(text)).toEqual(words)
})
