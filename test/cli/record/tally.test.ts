import { expect, test } from 'vitest'
import { tally } from '../../../src/cli/record/tally.ts'
import type { Frame } from '../../../src/model/frame.ts'
import type { Risk, RiskLevel } from '../../../src/model/risk.ts'
import { steps } from '../../support/fold.ts'
import { machine } from '../../support/scenarios.ts'
import { simulate } from '../../support/simulate.ts'

const [FRAME] = steps(simulate(machine({ durationMs: 0 }))).map(({ frame }) => frame)

function risk(id: string, level: RiskLevel): Risk {
  return {
    id, level, class: 'cuda-oom', gpu: undefined, gpus: [], workload: undefined, mig: undefined, eta: undefined,
    sinceElapsedMs: 0, summary: `${id} fills up`, evidence: [], advice: [],
  } // prettier-ignore
}

function frameAt(seconds: number, risks: readonly Risk[], died = false): Frame {
  if (FRAME === undefined) throw new Error('there is no frame')
  const death = { workload: 'vllm:42', engine: 'vllm', atElapsedMs: 5000, cause: 'cuda-oom', summary: 'vLLM died', evidence: [] } as const // prettier-ignore
  const takenAtEpochMs = new Date(2026, 10, 21, 2, 10, seconds).getTime()
  return { ...FRAME, elapsedMs: seconds * 1000, takenAtEpochMs, risks, deaths: died ? [death] : [] }
}

test('the tally lists each warning once, at its worst, worst first, and who died', () => {
  const seen = tally()
  seen.add(frameAt(0, []))
  seen.add(frameAt(1, [risk('a', 'watch')]))
  seen.add(frameAt(2, [risk('a', 'watch'), risk('b', 'critical')]))
  seen.add(frameAt(3, [risk('a', 'warn')]))
  seen.add(frameAt(5, [risk('a', 'watch')], true))
  seen.add(frameAt(30, [], true))
  expect(seen.span()).toBe('30 s')
  expect(seen.lines()).toEqual([
    'warnings: 1 critical, 1 warn',
    '  02:10:02 critical: b fills up',
    '  02:10:03 warn: a fills up',
    '  died: vLLM died',
  ])
})

test('a tally of many warnings counts those that it does not list', () => {
  const seen = tally()
  seen.add(
    frameAt(
      0,
      Array.from({ length: 14 }, (_, at) => risk(`r${at}`, 'watch')),
    ),
  )
  expect(seen.lines()).toHaveLength(12)
  expect(seen.lines().at(-1)).toBe('  and 4 more')
  expect(tally().lines()).toEqual(['no warnings'])
})
