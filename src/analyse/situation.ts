import type { GpuState } from '../model/frame.ts'
import type { HostMemory, HostProcess } from '../model/snapshot.ts'
import type { JudgedWorkload } from './judged.ts'
import type { HeightBook } from './heights.ts'
import type { LifeBook } from './lives.ts'
import type { PoolOutlook } from './outlook.ts'
import { shareKey, workloadKey } from './observations.ts'
import type { PublishedRisk } from './published-risks.ts'
import type { RamPool } from './risks/ram-pools.ts'
import type { RiskBook } from './risk-book.ts'
import type { Rules } from './rules.ts'
import type { Standings } from './standings.ts'
import type { Watched, WindowBook } from './windows.ts'

/** Everything that the risk classes judge by at one tick. */
export interface Situation {
  readonly nowMs: number
  readonly rules: Rules
  readonly gpus: readonly GpuState[]
  readonly workloads: readonly JudgedWorkload[]
  readonly lives: LifeBook
  readonly windows: WindowBook
  readonly heights: HeightBook
  readonly outlooks: readonly PoolOutlook[]
  readonly ramPools: readonly RamPool[]
  readonly host: HostMemory
  /** The largest first. */
  readonly hostProcesses: readonly HostProcess[]
  readonly standings: Standings
  /** What llmtop on the host itself warns of, where its word has come through a Prometheus. */
  readonly published: readonly PublishedRisk[]
  /** As it stood before this tick. */
  readonly book: RiskBook
}

export function watchedAt({ windows }: Situation, key: string): Watched | undefined {
  return windows.get(key)
}

/** Whether this was warned of already, and still is: what was believed once is no load. */
export function isWarnedOf({ book }: Situation, id: string): boolean {
  return book.get(id)?.levels.warn?.confirmed === true
}

/** What a workload holds of a pool, which is all that it holds where it is on no other. */
export function shareWatchedAt(situation: Situation, workload: string, pool: string): Watched | undefined {
  return watchedAt(situation, shareKey(workload, pool)) ?? watchedAt(situation, workloadKey(workload))
}

/** The processes that a risk of this workload is about; empty where it is about none. */
export function identityOf({ lives }: Situation, workload: { readonly id: string } | undefined): string {
  return workload === undefined ? '' : (lives.get(workload.id)?.identity ?? '')
}

/** The cards that a workload holds memory of, in the order of their indices. */
export function cardsOf(
  { gpus }: Situation,
  { memory }: Pick<JudgedWorkload, 'memory'>,
): readonly GpuState[] {
  return gpus.filter(({ uuid }) => memory.perGpu.some((share) => share.uuid === uuid))
}
