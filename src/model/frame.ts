import type { Fault } from '../core/fault.ts'
import type { Reading } from '../core/reading.ts'
import type { Death, RiskEvent } from './incident.ts'
import type { Risk } from './risk.ts'
import type { Link } from './sample.ts'
import type { Gpu, GpuProcess, HostMemory, HostProcess } from './snapshot.ts'
import type { Workload } from './workload.ts'

/** What one host looks like at one tick: everything that outputs show, and nothing they must still judge. */
export interface Frame {
  readonly source: SourceOrigin
  readonly host: string
  readonly sequence: number
  readonly takenAtEpochMs: number
  readonly elapsedMs: number
  readonly intervalMs: number
  /** True when this sample follows a hole in time: charts break, windows begin anew. */
  readonly afterGap: boolean
  readonly link: Link
  readonly driver: { readonly version: Reading<string>; readonly cuda: Reading<string> }
  /** How old the GPU numbers are, and what they cost; missing until nvidia-smi has answered once. */
  readonly gpuSample: Reading<{ readonly ageMs: number; readonly tookMs: Reading<number> }>
  readonly gpus: readonly GpuState[]
  readonly hostMemory: HostMemory
  readonly hostLoad: { readonly load1: Reading<number>; readonly uptimeSeconds: Reading<number> }
  readonly workloads: readonly Workload[]
  /** Host processes that hold the most memory, whether or not they use a GPU. */
  readonly hostProcesses: readonly HostProcess[]
  /** Ranked, worst first. */
  readonly risks: readonly Risk[]
  /** What became of risks at this frame. */
  readonly events: readonly RiskEvent[]
  /** Workloads that died, newest first, for as long as the rules keep them. */
  readonly deaths: readonly Death[]
  readonly faults: readonly FrameFault[]
}

export interface SourceOrigin {
  readonly kind: 'local' | 'ssh' | 'replay' | 'prometheus'
  readonly label: string
}

/** A GPU with its processes joined to the host's, and its memory divided among them. */
export interface GpuState extends Omit<Gpu, 'processes'> {
  readonly processes: Reading<readonly GpuProcessState[]>
  /** Memory of processes of workloads with a known engine. */
  readonly attributedBytes: Reading<number>
  /** `usedBytes` less attributed. */
  readonly otherBytes: Reading<number>
  /** The part of other that no listed process holds. */
  readonly unownedBytes: Reading<number>
  readonly unownedReason: UnownedReason | undefined
}

export type UnownedReason = 'pid-namespace' | 'exited-process' | 'driver' | 'unknown'

export interface GpuProcessState extends GpuProcess {
  /** The host's view of it; undefined where /proc does not show the pid (another namespace, already gone). */
  readonly host: HostProcess | undefined
  /** The id of the workload it belongs to. */
  readonly workload: string
}

export interface FrameFault {
  readonly fault: Fault
  /** Since when it stands, in the frame's own `elapsedMs`. */
  readonly ageMs: number
}
