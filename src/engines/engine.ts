import type { Part } from '../model/sample.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import type {
  EngineId,
  KvCache,
  Slices,
  Workload,
  WorkloadConfig,
  WorkloadModel,
  WorkloadState,
} from '../model/workload.ts'
import type { Reading } from '../core/reading.ts'

/**
 * What llmtop knows of one inference engine. A new engine is one file with one of these and one line in `index.ts`.
 * Pure: it gets strings and gives values.
 */
export interface Engine {
  readonly id: EngineId
  /** As its users write it: `vLLM`, `llama-server`. */
  readonly label: string
  /**
   * Is this process, or one of its ancestors, of this engine? Engines are asked in the order of `index.ts`; the first claim wins.
   * @param family the process and then its ancestors, nearest first
   */
  claim(family: readonly HostProcess[]): Claim | undefined
  /** What it would like to see beside what every sample holds. */
  wants(claim: Claim): readonly Want[]
  /** Reads argv and answers. Whatever they do not say is missing with its reason. */
  report(claim: Claim, answers: Answers): EngineReport
}

/** One engine instance: the process whose argv holds the settings, and all that belong to it have the same root. */
export interface Claim {
  readonly engine: EngineId
  readonly root: HostProcess
}

/** The newest answer to each want, by part name. */
export type Answers = ReadonlyMap<string, Part>

export interface EngineReport extends Pick<Workload, 'requests' | 'throughput' | 'idleSeconds'> {
  readonly state: WorkloadState
  readonly model: WorkloadModel
  readonly config: WorkloadConfig
  readonly kv: KvCache
  /** What the engine itself says of its memory; `attribute` adds the rest and what remains unexplained. */
  readonly slices: Omit<Slices, 'unexplainedBytes'>
  readonly onCpuRatio: Reading<number>
}
