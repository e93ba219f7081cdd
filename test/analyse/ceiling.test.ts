import { describe, expect, test } from 'vitest'
import { ceilingOf } from '../../src/analyse/ceiling.ts'
import { startMemory } from '../../src/analyse/memory.ts'
import { RULES } from '../../src/analyse/rules.ts'
import { step } from '../../src/analyse/step.ts'
import { known, missing } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import type { Workload } from '../../src/model/workload.ts'
import type { JudgedWorkload } from '../../src/analyse/judged.ts'
import { lastFrame } from '../support/fold.ts'
import { growing, machine, ON_DEMAND, running } from '../support/scenarios.ts'
import { simulate } from '../support/simulate.ts'

function workload(command: string): Workload | undefined {
  return lastFrame(simulate(machine({ durationMs: 0, processes: [growing(0, 30_000, command)] })))
    .workloads[0]
}

/** As the judgement sees it, with its estimate. */
function judged(command: string): JudgedWorkload {
  const [sample] = simulate(machine({ durationMs: 0, processes: [growing(0, 30_000, command)] }))
  if (sample === undefined) throw new Error('no sample')
  const { memory } = step(startMemory({ kind: 'replay', label: 'test' }, RULES), sample)
  const [only] = memory.deaths.last?.workloads ?? []
  if (only === undefined) throw new Error('no workload')
  return only
}

describe('a ceiling', () => {
  test('that would be a guess is missing, and says what is not known', () => {
    expect(
      ['./mine', 'python3 train.py', 'transformers serve', 'transformers serve --force-model a/b'].map(
        (command) => workload(command)?.ceiling,
      ),
    ).toEqual([
      missing('not-supported', 'no ceiling: the engine is not known'),
      missing('not-supported', 'no ceiling: nothing says what a torch program needs'),
      missing('not-reported', 'no ceiling: the model is not known'),
      missing('not-reported', "no ceiling: its model's shape is not known"),
    ])
  })

  test('is the sum of its terms, with the range that the estimator states, on the cards that it uses', () => {
    const ceiling = workload(ON_DEMAND)?.ceiling
    if (ceiling?.kind !== 'known') throw new Error('no ceiling')
    const { bytes, lowBytes, highBytes, workings, perGpu, limitedBy, basis } = ceiling.value
    expect(workings.reduce((total, term) => total + term.bytes, 0)).toBe(bytes)
    expect(lowBytes).toBeLessThan(bytes)
    expect(highBytes).toBeGreaterThan(bytes)
    expect(perGpu).toEqual([{ uuid: 'GPU-00000000-0000-4000-8000-000000000000', bytes, lowBytes, highBytes }])
    expect([limitedBy, basis]).toEqual(['context-length', 'catalogue'])
  })

  test('of an engine that sleeps is what it holds', () => {
    const sleeping = { ...judged(ON_DEMAND), state: 'sleeping' } as const
    const bytes = mebibytes(30_000)
    expect(ceilingOf(sleeping)).toEqual(
      known(
        {
          bytes,
          lowBytes: bytes,
          highBytes: bytes,
          limitedBy: 'asleep',
          basis: 'catalogue',
          workings: [{ term: 'held while it sleeps', bytes }],
          perGpu: [
            { uuid: 'GPU-00000000-0000-4000-8000-000000000000', bytes, lowBytes: bytes, highBytes: bytes },
          ],
        },
        'derived',
      ),
    )
  })

  test('of an engine that takes a budget is the budget, and says what the engine itself measured', () => {
    const seen = judged('vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384')
    const measured = {
      ...seen,
      kv: { ...seen.kv, capacityTokens: known(400_000), capacityBytes: known(52_428_800_000) },
    }
    const ceiling = ceilingOf(measured)
    if (ceiling.kind === 'missing') throw new Error(ceiling.detail)
    expect(ceiling.value.limitedBy).toBe('engine-budget')
    expect(ceiling.value.workings.find(({ term }) => term === 'KV cache')).toMatchObject({
      measuredBytes: 52_428_800_000,
    })
    expect(ceiling.value.workings.find(({ term }) => term === 'weights')).not.toHaveProperty('measuredBytes')
  })

  test('that is more than the card is limited by the card', () => {
    const small = lastFrame(
      simulate(
        machine({
          durationMs: 0,
          gpus: [{ utilizationAt: () => 50, totalMiB: 24_564, reservedMiB: 441 }],
          processes: [running(9120, ON_DEMAND, () => ({ 0: 20_000 }))],
        }),
      ),
    ).workloads[0]?.ceiling
    expect(small?.kind === 'known' && small.value.limitedBy).toBe('device')
  })
})
