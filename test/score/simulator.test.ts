import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { replayedText } from '../support/replayed.ts'
import { recordingLines } from '../support/recording-writer.ts'
import { SHAPES, shapeNamed } from '../support/simulator/index.ts'
import { simulateShape } from '../support/simulator/shape.ts'

describe('the simulator', () => {
  test('gives the same recording for the same seed, and another for another', () => {
    const shape = shapeNamed('fast growth to out of memory')
    const lines = (seed: number): string => {
      const { samples, outcomes } = simulateShape(shape, seed)
      return recordingLines(samples, outcomes)
    }
    expect(lines(1)).toBe(lines(1))
    expect(lines(2)).not.toBe(lines(1))
  })

  test('writes recordings that replay as they were', async () => {
    const { samples, outcomes } = simulateShape(shapeNamed('load and not fit'), 1)
    const file = await replayedText(gzipSync(recordingLines(samples, outcomes)), 'load.ndjson.gz')
    expect(file).toEqual({ samples, ending: undefined })
  })

  test.each(SHAPES.map((shape) => ({ name: shape.name, shape })))(
    '$name: ends as its label says',
    ({ shape }) => {
      const { samples, outcomes } = simulateShape(shape, 1)
      const kinds = [...new Set(outcomes.map(({ kind }) => kind))]
      const { expects } = shape
      expect(kinds).toEqual(['class' in expects ? expects.class : 'none'])
      const isForeseeable = expects.kind !== 'watched' && expects.kind !== 'unforeseeable'
      expect(outcomes.every(({ foreseeable = true }) => foreseeable === isForeseeable)).toBe(true)
      expect(samples.length).toBeGreaterThan(20)
    },
  )
})
