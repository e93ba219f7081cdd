import { valueOr } from '../core/reading.ts'
import type { GpuProcessState, GpuState } from '../model/frame.ts'
import type { SignalTarget } from '../model/signal.ts'
import { signalTarget } from './signal-target.ts'

/** A process on one GPU. */
export interface GpuProcessRow {
  readonly id: string
  readonly process: GpuProcessState
  /** What a signal would go to; undefined where the host knows no such process. */
  readonly target: SignalTarget | undefined
}

/** The processes that hold memory of a GPU, the largest first. */
export function gpuProcessRows(gpu: GpuState | undefined): readonly GpuProcessRow[] {
  return valueOr(gpu?.processes ?? NO_GPU, [])
    .toSorted((a, b) => valueOr(b.usedBytes, -1) - valueOr(a.usedBytes, -1) || a.pid - b.pid)
    .map((process) => ({
      // with MIG one process has a line for each of its instances
      id: [process.pid, valueOr(process.gpuInstanceId, ''), valueOr(process.computeInstanceId, '')].join(':'),
      process,
      target: signalTarget(process.host),
    }))
}

const NO_GPU = { kind: 'missing', reason: 'not-reported' } as const
