import { formatBytes } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { RiskLevel } from '../../model/risk.ts'
import type { JudgedWorkload } from '../judged.ts'
import type { PoolOutlook, PoolShare } from '../outlook.ts'
import type { Condition } from '../risk-book.ts'
import type { GateRules } from '../rules.ts'
import { cardsOf, identityOf, type Situation } from '../situation.ts'
import { nameOf, nameOfBasis } from '../wording.ts'
import { demandOf, type Demand } from './demand.ts'

/**
 * A model that is loading, and that there is no room for even by the low end of the prediction: said at once. Where the
 * loader adapts itself it is a spill instead. A sleeping engine that could not wake is a watch.
 */
export function willNotFit(situation: Situation): readonly Condition[] {
  const found = situation.outlooks.flatMap((outlook) =>
    outlook.shares.flatMap((share) => lackOf(share, outlook, situation) ?? []),
  )
  const worst = new Map<string, Lack>()
  for (const lack of found) {
    const id = lack.share.workload.id
    if (lack.missingBytes > (worst.get(id)?.missingBytes ?? 0)) worst.set(id, lack)
  }
  const tooSmall = situation.workloads
    .filter(({ id }) => !worst.has(id))
    .flatMap((workload) => pool(workload, situation))
  return [...[...worst.values()].map((lack) => worded(lack, situation)), ...tooSmall]
}

interface Lack {
  readonly share: PoolShare
  readonly outlook: PoolOutlook
  readonly demand: Demand
  readonly roomBytes: number
  readonly missingBytes: number
  readonly othersBytes: number
}

function lackOf(share: PoolShare, outlook: PoolOutlook, { rules }: Situation): Lack | undefined {
  const { life, workload } = share
  const { pool } = outlook
  if (life === undefined || life.phase === 'settled' || pool.capBytes.kind === 'missing') return undefined
  const demand = demandOf(workload, pool, rules.gate)
  if (demand === undefined || demand.adapts) return undefined
  const used = valueOr(pool.usedBytes, 0)
  const othersBytes = Math.max(0, used - share.usedBytes)
  const roomBytes = Math.max(0, pool.capBytes.value - othersBytes)
  const missingBytes = demand.lowBytes - roomBytes
  return missingBytes > 0 ? { share, outlook, demand, roomBytes, missingBytes, othersBytes } : undefined
}

function worded(
  { share, outlook, demand, roomBytes, missingBytes, othersBytes }: Lack,
  situation: Situation,
): Condition {
  const { workload, life } = share
  const { pool } = outlook
  const asleep = life?.phase === 'asleep'
  const others = heldByOthers(othersBytes, share, outlook, situation.rules.gate)
  const isTooLargeAlone = demand.lowBytes > valueOr(pool.capBytes, 0)
  const needs = `${formatBytes(demand.bytes)} ${asleep ? 'to wake' : 'needed'}, ${formatBytes(roomBytes)} of ${pool.name} there for it`
  return {
    ...base(workload, asleep ? 'watch' : 'critical', situation),
    ...(asleep || isTooLargeAlone ? {} : { confirmMs: situation.rules.gate.leavingMs }),
    gpu: pool.gpu.uuid,
    gpus: [pool.gpu.uuid],
    mig: pool.gpuInstanceId === undefined ? undefined : pool.gpuInstanceId.toString(),
    summary: asleep
      ? `${nameOf(workload)} could not wake now: ${needs}`
      : `${nameOf(workload)} will not fit: ${needs}; its start will fail`,
    paused: `${nameOf(workload)} has room now`,
    evidence: [
      `predicted ${formatBytes(demand.lowBytes)} to ${formatBytes(demand.highBytes)} by ${nameOfBasis(demand.basis)}`,
      `${pool.name} can hold ${formatBytes(valueOr(pool.capBytes, 0))}${others}`,
      `${formatBytes(missingBytes)} short even by the low end`,
    ],
    victims: [],
    numbers: { excessBytes: demand.bytes - roomBytes, headroomBytes: roomBytes },
    findings: {},
  }
}

/** By whom, the largest first; rounding is nobody's. */
function heldByOthers(
  othersBytes: number,
  share: PoolShare,
  { shares }: PoolOutlook,
  { excessBytes }: GateRules,
): string {
  if (othersBytes < excessBytes) return ''
  const names = shares
    .filter((other) => other !== share && other.usedBytes >= excessBytes)
    .toSorted((a, b) => b.usedBytes - a.usedBytes)
    .slice(0, NAMED)
    .map(({ workload }) => nameOf(workload))
  const who = names.length === 0 ? '' : `: ${names.join(', ')}`
  return `, ${formatBytes(othersBytes)} of it held by others${who}`
}

const NAMED = 3

/** A pool that can't hold one request of the length that was asked for: the engine refuses to start. */
function pool(workload: JudgedWorkload, situation: Situation): readonly Condition[] {
  const { estimated } = workload
  if (estimated.kind === 'missing' || situation.lives.get(workload.id)?.phase !== 'loading') return []
  const { fits, kvGrowth } = estimated.value.estimate
  const isRefused = workload.ceiling.kind === 'known' && workload.ceiling.value.limitedBy === 'engine-budget'
  if (fits.verdict !== 'no' || kvGrowth !== 'preallocated' || !isRefused) return []
  const gpus = cardsOf(situation, workload)
  return [
    {
      ...base(workload, 'critical', situation),
      gpu: gpus[0]?.uuid,
      gpus: gpus.map(({ uuid }) => uuid),
      mig: undefined,
      summary: `${nameOf(workload)} will not start: ${fits.reason}`,
      paused: `${nameOf(workload)} has room now`,
      evidence: [fits.reason, ...estimated.value.estimate.assumptions],
      victims: [],
      numbers: {},
      findings: {},
    },
  ]
}

function base(
  workload: JudgedWorkload,
  level: RiskLevel,
  situation: Situation,
): Pick<Condition, 'id' | 'identity' | 'confirmMs' | 'class' | 'level' | 'workload' | 'eta'> {
  return {
    id: `will-not-fit:${workload.id}`,
    identity: identityOf(situation, workload),
    confirmMs: level === 'watch' ? situation.rules.risk.confirmMs : 0,
    class: 'will-not-fit',
    level,
    workload: workload.id,
    eta: undefined,
  }
}
