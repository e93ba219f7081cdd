import { expect, test } from 'vitest'
import { step } from '../../src/analyse/step.ts'
import { printable } from '../../src/core/text.ts'
import type { Part, RawSample } from '../../src/model/sample.ts'
import { frameJson } from '../../src/outputs/frame-json.ts'
import { MUTATIONS } from '../parse/mutations.ts'
import { DEMO } from '../support/demo-scenario.ts'
import { BEGINNING } from '../support/fold.ts'
import { brokenPromises } from '../support/frame-invariants.ts'
import { seededRandom } from '../support/random.ts'
import { simulate } from '../support/simulate.ts'

/** The sample with one of its texts damaged, or with its times bent. */
function damaged(sample: RawSample, random: () => number): RawSample {
  const names = [...sample.parts.keys()]
  const name = names[Math.floor(random() * names.length)] ?? ''
  const part = sample.parts.get(name)
  const mutation = MUTATIONS[Math.floor(random() * MUTATIONS.length)]
  if (part?.kind !== 'text' || mutation === undefined) return sample
  const broken: Part = { ...part, text: mutation.apply(part.text, random) }
  const bend = (ms: number): number => (random() < 0.1 ? ms + Math.round((random() - 0.5) * 200_000) : ms)
  return {
    ...sample,
    takenAtEpochMs: bend(sample.takenAtEpochMs),
    elapsedMs: bend(sample.elapsedMs),
    parts: new Map(sample.parts).set(name, broken),
  }
}

test('whatever a sample holds, the fold makes a frame of it that keeps its promises', () => {
  const random = seededRandom(20_261_121)
  let memory = BEGINNING
  for (const sample of simulate({ ...DEMO, durationMs: 400_000 })) {
    const next = step(memory, damaged(sample, random))
    memory = next.memory
    const json = frameJson(next.frame)
    expect(brokenPromises(json).filter((complaint) => !isOfTheDriver(complaint))).toEqual([])
    expect(textsIn(json).filter((text) => text !== printable(text))).toEqual([])
  }
})

/** A document may be damaged so that its own numbers contradict each other: that is shown as it was said. */
function isOfTheDriver(complaint: string): boolean {
  return /used, reserved and free leave|^gpu .* stands twice|unowned memory is more than other/.test(
    complaint,
  )
}

function textsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
