import { describe, expect, test } from 'vitest'
import { watchUntil } from '../support/collect.ts'
import type { RawSample } from '../../src/model/sample.ts'
import type { Source } from '../../src/sources/source.ts'

/** What a source is asked to show: a machine in order, or one on which the command nvidia-smi is not found. */
export type Situation = 'in-order' | 'without-nvidia-smi'

/**
 * What holds for every source. `makeSource` makes a new one; of a source with an end three samples are enough.
 * Its interval may be short: nothing here asserts time, but a source that does not stop lets the test time out.
 */
export function sourceContract(name: string, makeSource: (situation: Situation) => Source): void {
  describe(`the ${name} source`, () => {
    test('numbers the samples of a host one by one, and its time never goes back', async () => {
      const samples = await watchUntil(makeSource('in-order'), (seen) => seen.length === 3)
      expect(samples).toHaveLength(3)
      for (const own of byHost(samples)) {
        expect(own.map(({ sequence }) => sequence)).toEqual(own.map((_, position) => position))
        const times = own.map(({ elapsedMs }) => elapsedMs)
        expect(times).toEqual([...times].sort((a, b) => a - b))
      }
    })

    test('shows GPUs where there are any', async () => {
      const samples = await watchUntil(makeSource('in-order'), hasPart('text'))
      expect(hasPart('text')(samples)).toBe(true)
    })

    test('gives nothing that a recording could not hold', async () => {
      const samples = await watchUntil(makeSource('in-order'), (seen) => seen.length === 3)
      for (const sample of samples) {
        const plain = { ...sample, parts: [...sample.parts] }
        expect(JSON.parse(JSON.stringify(plain))).toEqual(plain)
      }
    })

    test('reports a missing nvidia-smi as a fault in a sample, and goes on', async () => {
      const source = makeSource('without-nvidia-smi')
      const samples = await watchUntil(source, (seen) => hasPart('fault')(seen) && seen.length >= 3)
      expect(samples.flatMap(({ parts }) => parts.get('nvidia-smi') ?? [])).toContainEqual({
        kind: 'fault',
        fault: { kind: 'command-not-found', command: expect.any(String) as string },
      })
      expect(samples.length).toBeGreaterThanOrEqual(3)
      expect(source.ending()).toBeUndefined()
    })

    test('ends after an abort with no more than the sample that was under way', async () => {
      const ending = new AbortController()
      let after = 0
      for await (const sample of makeSource('in-order').samples(() => [], ending.signal)) {
        if (ending.signal.aborted) after += 1
        if (sample.sequence === 1) ending.abort()
      }
      expect(after).toBeLessThanOrEqual(1)
    })

    test('gives nothing when it was aborted before it began', async () => {
      const source = makeSource('in-order')
      const samples: RawSample[] = []
      for await (const sample of source.samples(() => [], AbortSignal.abort())) samples.push(sample)
      expect(samples).toEqual([])
    })

    test('takes every command, of use to it or not', async () => {
      const source = makeSource('in-order')
      source.control({ kind: 'interval', intervalMs: 200 })
      source.control({ kind: 'pause' })
      source.control({ kind: 'step', direction: 1 })
      source.control({ kind: 'resume' })
      source.control({ kind: 'speed', factor: 8 })
      const samples = await watchUntil(source, (seen) => seen.length === 2)
      expect(samples).toHaveLength(2)
      expect(['live', 'replay']).toContain(source.state().kind)
    })
  })
}

function byHost(samples: readonly RawSample[]): readonly (readonly RawSample[])[] {
  const hosts = new Set(samples.map(({ host }) => host))
  return [...hosts].map((host) => samples.filter((sample) => sample.host === host))
}

function hasPart(kind: 'text' | 'fault'): (samples: readonly RawSample[]) => boolean {
  return (samples) => samples.some(({ parts }) => parts.get('nvidia-smi')?.kind === kind)
}
