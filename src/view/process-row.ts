import type { Reading } from '../core/reading.ts'
import type { Risk } from '../model/risk.ts'
import type { SignalTarget } from '../model/signal.ts'
import type { Trend } from '../model/trend.ts'
import type { Workload } from '../model/workload.ts'

/** A row of the table: an engine with all its processes, or a process. */
export interface ProcessRow {
  /** The id of an engine's workload, else pid and start time: a reused pid is another row. */
  readonly id: string
  /** Of an engine the root process; missing of one that is known by its metrics alone. */
  readonly pid: Reading<number>
  readonly user: Reading<string>
  /** `0`, `0,1`, `0-7`; with MIG `0:1`, the GPU instance behind the colon; empty without a GPU. */
  readonly gpus: string
  readonly type: string
  /** undefined where no engine was recognised. */
  readonly engine: string | undefined
  /** The model where one is known, else the name of the program. */
  readonly name: string
  readonly usedBytes: Reading<number>
  readonly cpuPercent: Reading<number>
  readonly residentBytes: Reading<number>
  /** Asked for only where it is shown: it may be long. */
  readonly command: () => string
  /** Steps below its workload or parent in the tree; 0 at its top and in the plain list. */
  readonly depth: number
  /** The engine as a whole: only its own row has it, so that it does not read as several. */
  readonly workload: Workload | undefined
  readonly parentPid: number | undefined
  /** The id of the workload that it belongs to. */
  readonly opens: string | undefined
  readonly trend: Trend | undefined
  readonly risk: Risk | undefined
  /** undefined where its start time is not known. */
  readonly process: SignalTarget | undefined
}
