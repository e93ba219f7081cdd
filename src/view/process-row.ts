import type { Reading } from '../core/reading.ts'
import type { Risk } from '../model/risk.ts'
import type { Trend } from '../model/trend.ts'

/** A process, on one or more GPUs or on none, joined to its workload. */
export interface ProcessRow {
  /** Pid and start time: a reused pid is another row. */
  readonly id: string
  readonly pid: number
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
  readonly command: string
  /** True for one process of each workload: what is known of the whole is shown there, once. */
  readonly leads: boolean
  readonly trend: Trend | undefined
  readonly risk: Risk | undefined
}
