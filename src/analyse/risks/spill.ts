import { formatBytes } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { RiskLevel } from '../../model/risk.ts'
import type { JudgedWorkload } from '../judged.ts'
import type { PoolOutlook, PoolShare } from '../outlook.ts'
import type { Condition } from '../risk-book.ts'
import { cardsOf, identityOf, type Situation } from '../situation.ts'
import { nameOf, nameOfBasis } from '../wording.ts'
import { demandOf } from './demand.ts'

/**
 * A loader that adapts itself puts on the CPU what the card has no room for: slow, not dead. Foreseen while it loads,
 * and said of what is there once it has loaded. Half a minute of grace: a sibling may be leaving.
 */
export function spill(situation: Situation): readonly Condition[] {
  const seen = situation.workloads.flatMap((workload) => measured(workload, situation) ?? [])
  const ids = new Set(seen.map(({ id }) => id))
  const ahead = situation.outlooks.flatMap((outlook) =>
    outlook.shares.flatMap((share) => predicted(share, outlook, situation) ?? []),
  )
  const unique = new Map(ahead.filter(({ id }) => !ids.has(id)).map((condition) => [condition.id, condition]))
  return [...seen, ...unique.values()]
}

function measured(workload: JudgedWorkload, situation: Situation): Condition | undefined {
  const { onCpuRatio, perGpu } = workload.memory
  const phase = situation.lives.get(workload.id)?.phase
  if (onCpuRatio.kind === 'missing' || phase !== 'settled' || perGpu.length === 0) return undefined
  const { spillWatchRatio, spillWarnRatio } = situation.rules.pool
  const asked = workload.config.gpuLayers.kind === 'known'
  if (onCpuRatio.value < spillWatchRatio || asked) return undefined
  const percent = Math.round(onCpuRatio.value * 100)
  const level = onCpuRatio.value >= spillWarnRatio ? 'warn' : 'watch'
  return condition(workload, level, situation, {
    summary: `${percent} % of ${modelOf(workload)} is on the CPU: ${nameOf(workload)} is about 5–10 times slower than on the card alone`,
    evidence: [
      `${percent} % of its weights are not on a card, and nobody asked for that`,
      ...roomLines(workload, situation),
    ],
    excessBytes: undefined,
  })
}

function predicted(share: PoolShare, { pool }: PoolOutlook, situation: Situation): Condition | undefined {
  const { workload, life, usedBytes } = share
  if (life?.phase !== 'loading' || pool.capBytes.kind === 'missing') return undefined
  const demand = demandOf(workload, pool, situation.rules.gate)
  if (demand?.adapts !== true) return undefined
  const roomBytes = pool.capBytes.value - Math.max(0, valueOr(pool.usedBytes, 0) - usedBytes)
  if (demand.lowBytes <= roomBytes) return undefined
  return condition(workload, 'watch', situation, {
    summary: `${nameOf(workload)} will leave a part of ${modelOf(workload)} on the CPU: ${formatBytes(demand.bytes)} needed, ${formatBytes(roomBytes)} of ${pool.name} there for it; expect it 5–10 times slower`,
    evidence: [
      `predicted ${formatBytes(demand.lowBytes)} to ${formatBytes(demand.highBytes)} by ${nameOfBasis(demand.basis)}`,
      `${formatBytes(valueOr(pool.usedBytes, 0) - usedBytes)} of ${pool.name} are held by others`,
    ],
    excessBytes: demand.bytes - roomBytes,
  })
}

interface Said {
  readonly summary: string
  readonly evidence: readonly string[]
  readonly excessBytes: number | undefined
}

function condition(
  workload: JudgedWorkload,
  level: RiskLevel,
  situation: Situation,
  { summary, evidence, excessBytes }: Said,
): Condition {
  const gpus = cardsOf(situation, workload)
  return {
    id: `spill:${workload.id}`,
    identity: identityOf(situation, workload),
    confirmMs: situation.rules.gate.siblingMs,
    class: 'spill',
    level,
    gpu: gpus[0]?.uuid,
    gpus: gpus.map(({ uuid }) => uuid),
    workload: workload.id,
    mig: undefined,
    eta: undefined,
    summary,
    paused: `${nameOf(workload)} is on its cards again`,
    evidence,
    victims: [],
    numbers: excessBytes === undefined ? {} : { excessBytes },
    findings: {},
  }
}

function roomLines(workload: JudgedWorkload, { gpus }: Situation): readonly string[] {
  return gpus
    .filter(({ uuid }) => workload.memory.perGpu.some((share) => share.uuid === uuid))
    .flatMap(({ index, memory }) =>
      memory.freeBytes.kind === 'known'
        ? [
            `${formatBytes(memory.freeBytes.value)} of GPU ${index} are free now: a new load may take more of it`,
          ]
        : [],
    )
}

function modelOf({ model }: JudgedWorkload): string {
  return valueOr(model.name, 'the model')
}
