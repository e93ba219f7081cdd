import { formatBytes } from '../../core/format.ts'
import type { Ceiling } from '../../model/ceiling.ts'
import type { JudgedWorkload } from '../judged.ts'
import type { Condition } from '../risk-book.ts'
import { identityOf, type Situation } from '../situation.ts'
import { nameOf, nameOfBasis } from '../wording.ts'
import { fragmentation, hotRank } from './cuda-findings.ts'

/**
 * A workload that holds more than the highest that was predicted: the prediction was wrong, or something leaks. No more
 * than a watch: what follows from it, if it goes on, is said as CUDA out of memory.
 */
export function overCeiling(situation: Situation): readonly Condition[] {
  return situation.workloads.flatMap((workload) => {
    const { ceiling, memory } = workload
    if (ceiling.kind === 'missing' || memory.usedBytes.kind === 'missing') return []
    if (ceiling.value.limitedBy === 'asleep') return []
    const excess = memory.usedBytes.value - ceiling.value.highBytes
    return excess < situation.rules.gate.excessBytes
      ? []
      : [worded(workload, ceiling.value, memory.usedBytes.value, situation)]
  })
}

function worded(
  workload: JudgedWorkload,
  ceiling: Ceiling,
  usedBytes: number,
  situation: Situation,
): Condition {
  const { rules } = situation
  const gpus = hottestFirst(workload, situation)
  const [hottest] = gpus
  const fragments = fragmentation(workload, rules.gate)
  const hot = hottest === undefined ? undefined : hotRank(workload, hottest.uuid, rules.gate)
  const overBytes = usedBytes - ceiling.bytes
  const span = `${formatBytes(ceiling.lowBytes)} to ${formatBytes(ceiling.highBytes)}`
  return {
    id: `over-ceiling:${workload.id}`,
    identity: identityOf(situation, workload),
    confirmMs: rules.gate.settledMs,
    class: 'over-ceiling',
    level: 'watch',
    gpu: hottest?.uuid,
    gpus: gpus.map(({ uuid }) => uuid),
    workload: workload.id,
    mig: undefined,
    eta: undefined,
    summary: `${nameOf(workload)} holds ${formatBytes(usedBytes)}, ${formatBytes(overBytes)} more than the ${formatBytes(ceiling.bytes)} predicted; what it will come to need is not known any more`,
    paused: `${nameOf(workload)} is back within what was predicted`,
    evidence: [
      `predicted ${span} by ${nameOfBasis(ceiling.basis)}`,
      ...drifts(ceiling),
      ...(fragments === undefined ? [] : [fragments]),
      ...(hot === undefined || hottest === undefined ? [] : [`GPU ${hottest.index} is the hot one: ${hot}`]),
      'from here on its growth is judged against the whole card',
    ],
    victims: [],
    numbers: { excessBytes: overBytes },
    findings: {
      ...(fragments === undefined ? {} : { fragmentation: true }),
      ...(hot === undefined || hottest === undefined ? {} : { hotRank: hottest.uuid }),
    },
  }
}

function hottestFirst({ memory }: JudgedWorkload, { gpus }: Situation): Situation['gpus'] {
  const used = new Map(
    memory.perGpu.map(({ uuid, usedBytes }) => [uuid, usedBytes.kind === 'known' ? usedBytes.value : 0]),
  )
  return gpus
    .filter(({ uuid }) => used.has(uuid))
    .toSorted((a, b) => (used.get(b.uuid) ?? 0) - (used.get(a.uuid) ?? 0))
}

/** `weights 0.4 GiB over prediction`. */
function drifts({ workings }: Ceiling): readonly string[] {
  return workings.flatMap(({ term, bytes, measuredBytes }) => {
    if (measuredBytes === undefined || Math.abs(measuredBytes - bytes) < NOTABLE_BYTES) return []
    const side = measuredBytes > bytes ? 'over' : 'under'
    return [`${term} ${formatBytes(Math.abs(measuredBytes - bytes))} ${side} prediction`]
  })
}

const NOTABLE_BYTES = 100 * 1024 ** 2
