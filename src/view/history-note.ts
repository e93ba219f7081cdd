import type { Frame, GpuState } from '../model/frame.ts'
import type { HostMemory } from '../model/snapshot.ts'
import type { Workload } from '../model/workload.ts'

/** What charts remember of a frame; a frame is one itself. */
export interface HistoryNote extends Pick<Frame, 'host' | 'elapsedMs' | 'afterGap' | 'gpuSample' | 'link'> {
  readonly hostMemory: Pick<HostMemory, 'totalBytes' | 'availableBytes'>
  readonly gpus: readonly NotedGpu[]
  readonly workloads: readonly NotedWorkload[]
}

export interface NotedGpu extends Pick<GpuState, 'uuid' | 'powerWatts' | 'temperatureCelsius'> {
  readonly memory: Pick<GpuState['memory'], 'usedBytes'>
  readonly utilization: Pick<GpuState['utilization'], 'gpuPercent'>
}

interface NotedWorkload extends Pick<Workload, 'id' | 'engine'> {
  readonly kv: Pick<Workload['kv'], 'usedRatio'>
  readonly memory: Pick<Workload['memory'], 'usedBytes'>
}

/** The frame without what no chart remembers, for keeping many. */
export function noteOf(frame: Frame): HistoryNote {
  const { host, elapsedMs, afterGap, gpuSample, link, hostMemory } = frame
  return {
    host,
    elapsedMs,
    afterGap,
    gpuSample,
    link,
    hostMemory: { totalBytes: hostMemory.totalBytes, availableBytes: hostMemory.availableBytes },
    gpus: frame.gpus.map(({ uuid, powerWatts, temperatureCelsius, memory, utilization }) => ({
      uuid,
      powerWatts,
      temperatureCelsius,
      memory: { usedBytes: memory.usedBytes },
      utilization: { gpuPercent: utilization.gpuPercent },
    })),
    workloads: frame.workloads.map(({ id, engine, kv, memory }) => ({
      id,
      engine,
      kv: { usedRatio: kv.usedRatio },
      memory: { usedBytes: memory.usedBytes },
    })),
  }
}
