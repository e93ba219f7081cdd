import { expect, test } from 'vitest'
import type { RawSample } from '../../../src/model/sample.ts'
import { frames } from '../../support/fold.ts'
import { FLAT_POOL_AND_DESKTOP, growing, machine, ON_DEMAND, running } from '../../support/scenarios.ts'
import { seededRandom } from '../../support/random.ts'
import { simulate } from '../../support/simulate.ts'

function raised(samples: readonly RawSample[]): readonly string[] {
  return [...new Set(frames(samples).flatMap(({ risks }) => risks.map(({ id, level }) => `${level} ${id}`)))]
}

test('memory that stays as it is raises nothing, however full the card', () => {
  const random = seededRandom(5)
  for (const engine of [ON_DEMAND, 'vllm serve meta-llama/Llama-3.1-8B-Instruct', 'python3 a.py', './mine']) {
    const mib = Math.round(20_000 + random() * 60_900)
    const names = raised(
      simulate(
        machine({
          durationMs: 900_000,
          intervalMs: 5000,
          processes: [running(9, engine, () => ({ 0: mib }))],
        }),
      ),
    )
    expect(names.filter((name) => !name.startsWith('watch over-ceiling'))).toEqual([])
  }
})

test('memory that goes up and down without order raises no warning', () => {
  const random = seededRandom(17)
  for (let round = 0; round < 3; round += 1) {
    const shuffled = running(9, ON_DEMAND, () => ({ 0: Math.round(30_000 + random() * 20_000) }))
    const names = raised(simulate(machine({ durationMs: 900_000, intervalMs: 5000, processes: [shuffled] })))
    expect(names.filter((name) => !name.startsWith('watch'))).toEqual([])
  }
})

test('clocks that jump, samples out of order and totals that change raise nothing of a healthy machine', () => {
  const random = seededRandom(23)
  const healthy = simulate({ ...FLAT_POOL_AND_DESKTOP, intervalMs: 5000 })
  const bent = healthy.map((sample): RawSample => {
    const jump = random() < 0.05 ? Math.round((random() - 0.5) * 100_000) : 0
    const resized = random() < 0.05 ? [['81559 MiB', '71559 MiB']] : []
    return {
      ...sample,
      elapsedMs: Math.max(0, sample.elapsedMs + jump),
      takenAtEpochMs: sample.takenAtEpochMs + (random() < 0.05 ? 3_600_000 : 0),
      parts: new Map(
        [...sample.parts].map(([name, part]) => {
          const [swap] = resized
          if (name !== 'nvidia-smi' || part.kind !== 'text' || swap === undefined) return [name, part]
          return [name, { ...part, text: part.text.replaceAll(swap[0] ?? '', swap[1] ?? '') }]
        }),
      ),
    }
  })
  const swapped = bent.map((sample, at) => (at % 17 === 0 ? (bent[at + 1] ?? sample) : sample))
  expect(raised(swapped)).toEqual([])
})

test('the same samples give the same risks, and a warning does not depend on when one began to look', () => {
  const samples = simulate(machine({ durationMs: 700_000, intervalMs: 5000, processes: [growing(3000)] }))
  expect(frames(samples).map(({ risks }) => risks)).toEqual(frames(samples).map(({ risks }) => risks))
  const late = frames(samples.filter(({ elapsedMs }) => elapsedMs >= 200_000))
  expect(late.at(-1)?.risks.map(({ id, level }) => [id, level])).toEqual(
    frames(samples)
      .at(-1)
      ?.risks.map(({ id, level }) => [id, level]),
  )
})
