import { expect, test } from 'vitest'
import { textDelta, type TextBase } from '../../../src/outputs/recording/text-delta.ts'
import { seededRandom } from '../../support/random.ts'

/** Compares texts one after the other, as the samples of a part come. */
function deltasOf(...texts: readonly string[]): readonly unknown[] {
  const bases = new Map<string, TextBase>()
  return texts.map((text) => textDelta(bases, 'part', text))
}

test('a text that differs in a line is written as that line', () => {
  const text = Array.from({ length: 40 }, (_, at) => `line ${at}`)
  const next = text.with(20, 'another').with(39, 'and the last')
  expect(deltasOf(text.join('\n'), next.join('\n'), next.join('\n'))).toEqual([
    undefined,
    [
      [20, 'another'],
      [39, 'and the last'],
    ],
    [],
  ])
})

test('a text with more or fewer lines is written whole, and so is one that changed altogether', () => {
  expect(deltasOf('a long first line\nb', 'a long first line\nb\n')[1]).toBeUndefined()
  expect(deltasOf('a long first line\nb\n', 'a long first line\nb')[1]).toBeUndefined()
  expect(deltasOf('a\nb', 'c\nd')[1]).toBeUndefined()
})

test('what was written is the text, whichever lines changed, and names no line that did not', () => {
  const random = seededRandom(6)
  const below = (count: number): number => Math.floor(random() * count)
  const bases = new Map<string, TextBase>()
  let lines = ['']
  for (let round = 0; round < 3000; round += 1) {
    const next = [...lines]
    for (let edits = below(12); edits > 0; edits -= 1) next[below(next.length)] = 'y'.repeat(below(30))
    if (below(20) === 0) next.splice(below(next.length), 0, ...Array.from({ length: below(90) }, () => 'x'))
    if (below(20) === 0) next.splice(below(next.length), below(90))
    const delta = textDelta(bases, 'part', next.join('\n'))
    if (delta !== undefined) {
      const rebuilt = [...lines]
      for (const [index, line] of delta) rebuilt[index] = line
      expect(rebuilt).toEqual(next)
      expect(delta.filter(([index, line]) => lines[index] === line)).toEqual([])
    }
    lines = next.length === 0 ? [''] : next
  }
})
