import { missing, sum, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import { lastPart } from '../core/text.ts'
import type { Frame, GpuProcessState, GpuState } from '../model/frame.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Workload } from '../model/workload.ts'
import { numberList } from './number-list.ts'

/** Where a process holds GPU memory. */
export interface Place {
  readonly gpu: GpuState
  readonly process: GpuProcessState
}

/** A process with the places where it holds GPU memory, if any. */
export interface Holder {
  /** Pid and start time. */
  readonly id: string
  readonly pid: number
  /** Of its program: what the process calls itself, else the last part of the path that the driver tells. */
  readonly name: string
  readonly host: HostProcess | undefined
  readonly workload: Workload | undefined
  readonly places: readonly Place[]
  readonly usedBytes: Reading<number>
}

/**
 * All processes that hold GPU memory and those of engines, whether or not they use a GPU. On a machine without a GPU:
 * the processes that hold the most host memory.
 */
export function processHolders(frame: Frame): readonly Holder[] {
  const byId = new Map(frame.workloads.map((workload) => [workload.id, workload]))
  const onGpu = [...placesById(frame)].map(([id, places]): Holder => {
    const { pid, host, name, workload } = places[0].process
    const usedBytes = sum(places.map((place) => place.process.usedBytes))
    return {
      id,
      pid,
      name: host?.comm ?? lastPart(name),
      host,
      workload: byId.get(workload),
      places,
      usedBytes,
    }
  })
  return [...onGpu, ...offGpu(frame, onGpu)]
}

/** True for a workload of an engine that was recognised. */
export function isEngine(workload: Workload | undefined): workload is Workload {
  return workload !== undefined && workload.engine !== 'unknown'
}

/** `0`, `0,1`, `0-7`; with MIG `0:1`. */
export function gpuList(places: readonly Place[]): string {
  const [first, ...rest] = places
  if (first === undefined) return ''
  if (rest.length === 0) return labelOf(first)
  const labels = [...new Set(places.toSorted((a, b) => a.gpu.index - b.gpu.index).map(labelOf))]
  return labels.some((label) => label.includes(':')) ? labels.join(',') : numberList(labels.map(Number))
}

function offGpu(frame: Frame, onGpu: readonly Holder[]): readonly Holder[] {
  const byPid = new Map(frame.workloads.flatMap((workload) => workload.pids.map((pid) => [pid, workload])))
  const shown = new Set(onGpu.map((holder) => holder.id))
  return frame.hostProcesses.flatMap((host): readonly Holder[] => {
    const { pid, comm: name } = host
    const id = idOf(pid, host)
    const workload = byPid.get(pid)
    const listed = !shown.has(id) && (frame.gpus.length === 0 || isEngine(workload))
    return listed ? [{ id, pid, name, host, workload, places: [], usedBytes: NOTHING }] : []
  })
}

const NOTHING = missing('not-reported')

function placesById(frame: Frame): ReadonlyMap<string, readonly [Place, ...Place[]]> {
  const found = new Map<string, [Place, ...Place[]]>()
  for (const gpu of frame.gpus) {
    for (const process of valueOr(gpu.processes, [])) {
      const id = idOf(process.pid, process.host)
      const places = found.get(id)
      if (places === undefined) found.set(id, [{ gpu, process }])
      else places.push({ gpu, process })
    }
  }
  return found
}

function idOf(pid: number, host: HostProcess | undefined): string {
  return `${pid}:${host?.startTicks ?? '?'}`
}

function labelOf({ gpu, process }: Place): string {
  const { gpuInstanceId } = process
  return gpuInstanceId.kind === 'known' ? `${gpu.index}:${gpuInstanceId.value}` : gpu.index.toString()
}
