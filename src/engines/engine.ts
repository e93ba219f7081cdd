import type { Fault } from '../core/fault.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { BytesPart, TextPart } from '../model/sample.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import type {
  EngineId,
  KvCache,
  Workload,
  WorkloadConfig,
  WorkloadModel,
  WorkloadState,
} from '../model/workload.ts'
import type { Reading } from '../core/reading.ts'
import type { ModelShape } from './model-shape.ts'

/**
 * What llmtop knows of one inference engine. A new engine is one file with one of these and one line in `index.ts`.
 * Pure: it gets strings and gives values.
 */
export interface Engine {
  readonly id: EngineId
  /** As its users write it: `vLLM`, `llama-server`. */
  readonly label: string
  /** How the kernel lists its processes, at most 15 bytes: worth a look though they hold neither GPU memory nor much RAM. */
  readonly comms?: readonly string[]
  /**
   * Is the first of this family of this engine, by itself or by its ancestors?
   * @param family the process and then its ancestors, nearest first
   */
  claim(family: readonly HostProcess[]): Claim | undefined
  /** What it would like to see beside what every sample holds; what it knows already may raise further questions. */
  wants(claim: Claim, answers: Answers): readonly Want[]
  /** Reads argv and answers. Whatever they do not say is missing with its reason. */
  report(claim: Claim, answers: Answers): EngineReport
}

/** One engine instance: the process whose argv holds the settings, and all that belong to it have the same root. */
export interface Claim {
  readonly engine: EngineId
  readonly root: HostProcess
  /** The root starts others and holds no model itself (`ollama serve`): no workload unless the driver lists it. */
  readonly keeper?: true
  /** A worker whose server is not to be seen: it is gone, or it is on another node. */
  readonly orphan?: true
}

/** The newest answer to each want, by part name. */
export type Answers = ReadonlyMap<string, EngineAnswer>

export interface EngineAnswer {
  /** What was last read successfully, if ever. */
  readonly part: TextPart | BytesPart | undefined
  readonly renewedAtMs: number
  /** Set while the latest attempt failed; the good part before it still stands. */
  readonly trouble: { readonly fault: Fault; readonly sinceMs: number } | undefined
}

export interface EngineReport extends Pick<Workload, 'requests' | 'telemetryGaps'> {
  readonly state: WorkloadState
  readonly model: WorkloadModel
  readonly config: WorkloadConfig
  readonly kv: KvCache
  readonly onCpuRatio: Reading<number>
  /** Tokens so far; throughput and idle time are made of their differences. Missing where the engine counts none. */
  readonly counted: Reading<TokenCount>
  /** Set where the instance spans nodes. */
  readonly span?: Span
  /** When the engine will let go of the model, by the node's wall clock, where it says so. */
  readonly expiresAtEpochMs?: number
  /** Model and settings as the estimator wants them, where both are known: it fills in what the engine does not say. */
  readonly known?: { readonly shape: ModelShape; readonly settings: EngineSettings }
}

/** The ranks of an instance that spans nodes, as far as this node's command line tells. */
export interface Span {
  /** The same on every node. */
  readonly instance: string
  readonly ranksInAll: Reading<number>
  /** Tensor-parallel ranks count first, then pipeline stages, then data-parallel replicas. */
  readonly firstRank: number
  /** Absent: as many as there are cards. */
  readonly ranksHere?: number
}

/** Counters that only rise while their key stays: one per engine, slot and task, or worker. One that falls has begun anew. */
export interface TokenCount {
  readonly atMs: number
  /** A key not seen before counts from zero (a task of a slot), not from where it stands (an engine of a page that was cut). */
  readonly newKeysBeginAtZero?: true
  readonly prompt: ReadonlyMap<string, number>
  readonly generated: ReadonlyMap<string, number>
}
