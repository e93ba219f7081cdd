import { expect, test } from 'vitest'
import type { Frame } from '../../src/model/frame.ts'
import type { RiskEvent } from '../../src/model/incident.ts'
import type { Risk, RiskLevel } from '../../src/model/risk.ts'
import { see } from '../../src/view/seen.ts'
import { NOTHING_TOLD, tellOnce } from '../../src/view/told-once.ts'
import { warningRows } from '../../src/view/warning-rows.ts'
import { fleet } from '../support/scene-fleet.ts'
import { kvRisk } from '../support/scene-two-h100.ts'

type Said = readonly [host: string, kind: RiskEvent['kind'], level: RiskLevel, workload?: string]

function frameOf([host, kind, level, workload = 'vllm:900']: Said, elapsedMs: number): Frame {
  const found = fleet().hosts.find(({ frame }) => frame.host === host)?.frame
  if (found === undefined) throw new Error(`there is no host '${host}'`)
  const risk: Risk = { ...kvRisk(), id: `kv-saturation:${workload}`, workload, level }
  const takenAtEpochMs = found.takenAtEpochMs + elapsedMs
  return {
    ...found,
    elapsedMs,
    takenAtEpochMs,
    risks: kind === 'raised' ? [risk] : [],
    events: [{ kind, risk }],
  }
}

/** What is told of it, after both hosts of the instance were seen once. */
function told(...said: readonly Said[]): readonly string[] {
  const quiet = fleet().hosts.map(({ frame }) => ({ ...frame, events: [] }))
  const begun = quiet.reduce((book, frame) => tellOnce(book, frame).told, NOTHING_TOLD)
  let book = begun
  return said.flatMap((one, at) => {
    const { told: next, news } = tellOnce(book, frameOf(one, 1000 * at))
    book = next
    return news.map(({ kind, risk }) => `${one[0]} ${kind} ${risk.level}`)
  })
}

test('the ranks of an instance on two hosts are told of once, and of each rise', () => {
  expect(
    told(
      ['node-a', 'raised', 'watch'],
      ['node-b', 'raised', 'watch'],
      ['node-b', 'raised', 'warn'],
      ['node-a', 'raised', 'warn'],
    ),
  ).toEqual(['node-a raised watch', 'node-b raised warn'])
})

test('their warning is taken back with the last of them, and then is a new one', () => {
  expect(
    told(
      ['node-a', 'raised', 'watch'],
      ['node-b', 'raised', 'watch'],
      ['node-a', 'cleared', 'watch'],
      ['node-b', 'cleared', 'watch'],
      ['node-b', 'raised', 'watch'],
    ),
  ).toEqual(['node-a raised watch', 'node-b cleared watch', 'node-b raised watch'])
})

test('it comes true once', () => {
  expect(
    told(
      ['node-a', 'raised', 'warn'],
      ['node-b', 'raised', 'warn'],
      ['node-a', 'came-true', 'warn'],
      ['node-b', 'came-true', 'warn'],
    ),
  ).toEqual(['node-a raised warn', 'node-a came-true warn'])
})

test('what is whole on its host is told by each host', () => {
  expect(told(['node-a', 'raised', 'watch', 'other:1'], ['node-b', 'raised', 'watch', 'other:1'])).toEqual([
    'node-a raised watch',
    'node-b raised watch',
  ])
})

test('in the list of a fleet what became of the ranks within minutes is one line', () => {
  const scene = fleet()
  const hosts = (betweenMs: number) => {
    const a = see(undefined, frameOf(['node-a', 'cleared', 'watch'], 1000))
    const b = see(undefined, frameOf(['node-b', 'cleared', 'watch'], 1000 + betweenMs))
    return [a, b, ...scene.hosts.filter(({ frame }) => !frame.host.startsWith('node-'))]
  }
  const cleared = (betweenMs: number) =>
    warningRows({ ...scene, hosts: hosts(betweenMs) })
      .filter(({ kind, risk }) => kind === 'cleared' && risk?.workload === 'vllm:900')
      .map(({ host, elsewhere }) => [host, elsewhere])
  expect(cleared(20_000)).toEqual([['node-b', 1]])
  expect(cleared(600_000)).toEqual([
    ['node-b', 0],
    ['node-a', 0],
  ])
})
