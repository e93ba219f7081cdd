import type { RiskClass, RiskLevel } from '../../model/risk.ts'
import type { GpuState } from '../../model/frame.ts'
import type { HostMemory } from '../../model/snapshot.ts'
import type { JudgedWorkload } from '../judged.ts'

/** All that an adviser has to go by. */
export interface AdviceSituation {
  readonly class: RiskClass
  readonly level: RiskLevel
  /** Who should change something: who grows, or who does not fit. */
  readonly workload: JudgedWorkload | undefined
  /** Who suffers, where that is another one: the engine beside a neighbour that grows. */
  readonly victims: readonly JudgedWorkload[]
  /** The cards that it is about, the hottest first. */
  readonly gpus: readonly GpuState[]
  /** Everything on the machine: an idle holder is the first to ask. */
  readonly workloads: readonly JudgedWorkload[]
  readonly host: HostMemory
  readonly numbers: RiskNumbers
  readonly findings: RiskFindings
}

/** What the risk was worked out from; absent where it plays no part. */
export interface RiskNumbers {
  /** Left on the card, the pool, the host or in the control group. */
  readonly headroomBytes?: number
  /** By how much the prediction or the demand exceeds what there is: what must be freed. */
  readonly excessBytes?: number
  readonly bytesPerSecond?: number
  readonly etaSeconds?: number
  readonly preemptionsPerSecond?: number
  readonly usedRatio?: number
  /** Of the slot that runs out of context. */
  readonly slot?: { readonly id: number; readonly tokens: number; readonly contextTokens: number }
}

export interface RiskFindings {
  /** torch holds far more than its parts explain. */
  readonly fragmentation?: boolean
  /** The card that holds notably more than its sisters under the same engine. */
  readonly hotRank?: string
  /** Requests wait because as many run as may, not for want of memory. */
  readonly batchLimit?: boolean
  /** The limit is a control group's, not the host's. */
  readonly cgroup?: string
  /** The grower is a desktop. */
  readonly desktop?: boolean
}
