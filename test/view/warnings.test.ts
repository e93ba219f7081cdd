import { describe, expect, test } from 'vitest'
import type { Death } from '../../src/model/incident.ts'
import type { Scene } from '../../src/view/panel.ts'
import { choicesOf } from '../../src/view/choices.ts'
import { see } from '../../src/view/seen.ts'
import type { Seen } from '../../src/view/seen.ts'
import { warningLines } from '../../src/view/panels/warnings.ts'
import { logged } from '../../src/view/warning-log.ts'
import { warningRow, warningRows } from '../../src/view/warning-rows.ts'
import { frameWith } from '../support/scene.ts'
import { fleet } from '../support/scene-fleet.ts'
import { kvRisk, twoH100 } from '../support/scene-two-h100.ts'

function at(elapsedMs: number, kind: 'raised' | 'cleared' | 'came-true' | undefined) {
  return frameWith({
    elapsedMs,
    takenAtEpochMs: elapsedMs,
    events: kind === undefined ? [] : [{ kind, risk: kvRisk() }],
  })
}

function kinds(seen: Seen | undefined): readonly string[] {
  return seen?.log.map(({ kind, atElapsedMs }) => `${kind} ${atElapsedMs}`) ?? []
}

test('what became of warnings is kept in order, with when', () => {
  const seen = [at(0, undefined), at(1000, 'raised'), at(2000, undefined), at(3000, 'came-true')].reduce<
    Seen | undefined
  >((before, frame) => see(before, frame), undefined)
  expect(kinds(seen)).toEqual(['raised 1000', 'came-true 3000'])
})

test('after a step back in time nothing stands that has not happened yet', () => {
  const frames = [at(1000, 'raised'), at(3000, 'cleared'), at(2000, undefined)]
  expect(kinds(frames.reduce<Seen | undefined>((before, frame) => see(before, frame), undefined))).toEqual([
    'raised 1000',
  ])
})

test('the log is bounded, and the newest stay', () => {
  const log = Array.from({ length: 2000 }, (_, i) => at(i, 'raised')).reduce(
    (before, frame) => logged(before, frame),
    logged([], at(-1, undefined)),
  )
  expect([log.length, log.at(-1)?.atElapsedMs]).toEqual([500, 1999])
})

test('warnings that stand come first, then what was, the newest first, and deaths among it', () => {
  const scene = twoH100()
  const death: Death = {
    workload: 'pytorch:8100',
    engine: 'pytorch',
    atElapsedMs: 161_000,
    cause: 'cuda-oom',
    summary: 'pytorch 8100 died of CUDA OOM',
    evidence: ['0.1 GiB were free'],
  }
  const rows = warningRows({ ...scene, frame: { ...scene.frame, deaths: [death] } })
  expect(rows.map(({ kind }) => kind)).toEqual([
    'now',
    'now',
    'raised',
    'raised',
    'cleared',
    'died',
    'came-true',
    'raised',
    'raised',
  ])
  expect(rows[5]).toMatchObject({ death, summary: death.summary })
  expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length)
})

test('Enter on a warning opens its workload, or the warning where that has gone', () => {
  const scene = twoH100()
  const warnings: Scene = { ...scene, ui: { ...scene.ui, views: [{ kind: 'warnings' }] } }
  const opens = choicesOf(warnings)?.map((choice) => choice.opens[0]?.kind)
  expect(opens).toEqual([
    'workload',
    'workload',
    'workload',
    'workload',
    'workload',
    'workload',
    'workload',
    'workload',
  ])
  const gone = { ...warnings, frame: { ...warnings.frame, workloads: [] } }
  const without: Scene = { ...gone, hosts: [gone] }
  const [first] = choicesOf(without) ?? []
  expect(first?.opens[0]?.kind).toBe('warning')
  expect(warningRow(without, first?.id ?? '')?.risk?.class).toBe('cuda-oom')
})

test('of a fleet the warnings of all hosts are one list, the worst first, each with its host', () => {
  const scene = fleet()
  const all: Scene = { ...scene, ui: { ...scene.ui, views: [{ kind: 'fleet-warnings' }] } }
  expect(warningRows(all).map(({ host, risk }) => [host, risk?.level])).toEqual([
    ['gpu-03', 'critical'],
    ['gpu-17', 'warn'],
    ['gpu-22', 'watch'],
  ])
  expect(choicesOf(all)?.[0]).toMatchObject({
    host: 'gpu-03',
    opens: [{ kind: 'overview' }, { kind: 'warning' }],
  })
})

describe('the warnings of the overview', () => {
  const [oom, kv] = twoH100().frame.risks
  const risks = [oom, kv].flatMap((risk) => risk ?? [])
  const told = (rows: number, columns = 118, of = risks) =>
    warningLines({ risks: of, workloads: [] }, { columns, rows }).map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trim(),
    )
  const first = (line: string) => line.split(/[ :]/)[0]

  test.each([
    [1, ['▲']],
    [2, ['▲', '○']],
    [3, ['▲', 'to', '○']],
    [4, ['▲', 'fails.', 'to', '○']],
    [5, ['▲', 'fails.', 'to', '○', 'to']],
    [12, ['▲', 'fails.', 'to', '○', 'to']],
  ])('in %i rows', (rows, starts) => {
    expect(told(rows).map(first)).toEqual(starts)
  })

  test.each([
    [2, ['▲', '○']],
    [3, ['▲', 'to', '○']],
    [12, ['▲', '(alice)', 'to', '○', 'on.']],
  ])('in %i narrow rows what to do about the worst stands, too', (rows, starts) => {
    expect(told(rows, 60).map(first)).toEqual(starts)
  })

  test('have their commands where there is room for all', () => {
    const withCommand = risks.map((risk) => ({
      ...risk,
      advice: risk.advice.map((advice) => ({ ...advice, command: `run ${risk.class}` })),
    }))
    expect(told(12, 118, withCommand).filter((line) => line.startsWith('run'))).toEqual([
      'run cuda-oom',
      'run kv-saturation',
    ])
    expect(told(5, 118, withCommand).filter((line) => line.startsWith('run'))).toEqual([])
  })

  test('say the same remedy of one workload once', () => {
    const twice = risks.slice(0, 1).flatMap((risk) => [risk, { ...risk, summary: 'again' }])
    expect(told(12, 118, twice).filter((line) => line.startsWith('to do'))).toHaveLength(1)
  })

  test.each([1, 2, 3, 4, 5, 6, 9])('in as many rows as they took of %i they are the same', (rows) => {
    expect(told(told(rows).length)).toEqual(told(rows))
  })

  test('what finds no room is counted', () => {
    const many = [...risks, ...risks, ...risks]
    expect(told(3, 118, many).at(-1)).toMatch(/\+4 more$/)
    expect(told(3, 60, many).at(-1)).toMatch(/\+4 more$/)
  })
})
