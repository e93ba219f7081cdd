import { missing, sum, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { Frame, GpuProcessState, GpuState } from '../model/frame.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Risk } from '../model/risk.ts'
import type { Trend } from '../model/trend.ts'
import type { Workload } from '../model/workload.ts'
import { inOrder } from './process-order.ts'
import type { ProcessRow } from './process-row.ts'
import type { UiState } from './ui-state.ts'

/**
 * All processes that hold GPU memory and those of engines that run without a GPU, in the order that the user chose.
 * On a machine without a GPU: the processes that hold the most host memory.
 */
export function processRows(frame: Frame, ui: Pick<UiState, 'sort' | 'reversed'>): readonly ProcessRow[] {
  const holders = holdersOf(frame)
  const leaders = leadersOf(holders)
  const rows = holders.map((holder) => rowOf(frame, holder, leaders.has(holder)))
  return inOrder(rows, ui.sort, ui.reversed)
}

/** How many rows there are, without making them. */
export function processCount(frame: Frame): number {
  return holdersOf(frame).length
}

interface Place {
  readonly gpu: GpuState
  readonly process: GpuProcessState
}

/** A process with the places where it holds GPU memory. */
interface Holder {
  readonly id: string
  readonly pid: number
  readonly name: string
  readonly host: HostProcess | undefined
  readonly workload: Workload | undefined
  readonly places: readonly Place[]
  readonly usedBytes: Reading<number>
}

function holdersOf(frame: Frame): readonly Holder[] {
  const byId = new Map(frame.workloads.map((workload) => [workload.id, workload]))
  const onGpu = [...placesById(frame)].map(([id, places]): Holder => {
    const { pid, host, name, workload } = places[0].process
    const usedBytes = sum(places.map((place) => place.process.usedBytes))
    return { id, pid, name: host?.comm ?? name, host, workload: byId.get(workload), places, usedBytes }
  })
  return [...onGpu, ...offGpu(frame, onGpu)]
}

// Of an engine that holds GPU memory, the processes without any (a server's front end) are not worth a row.
function offGpu(frame: Frame, onGpu: readonly Holder[]): readonly Holder[] {
  const byPid = new Map(frame.workloads.flatMap((workload) => workload.pids.map((pid) => [pid, workload])))
  const shown = new Set(onGpu.map((holder) => holder.id))
  const served = new Set(onGpu.map((holder) => holder.workload?.id))
  return frame.hostProcesses.flatMap((host): readonly Holder[] => {
    const { pid, comm: name } = host
    const id = idOf(pid, host)
    const workload = byPid.get(pid)
    const runsHere = engineOf(workload) !== undefined && !served.has(workload?.id)
    const listed = !shown.has(id) && (frame.gpus.length === 0 || runsHere)
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

// Of each workload the process that holds the most; the first of equals.
function leadersOf(holders: readonly Holder[]): ReadonlySet<Holder> {
  const leaders = new Map<string, Holder>()
  for (const holder of holders) {
    if (holder.workload === undefined) continue
    const best = leaders.get(holder.workload.id)
    if (best === undefined || valueOr(holder.usedBytes, 0) > valueOr(best.usedBytes, 0))
      leaders.set(holder.workload.id, holder)
  }
  return new Set(leaders.values())
}

function rowOf(frame: Frame, holder: Holder, leads: boolean): ProcessRow {
  const { host, workload, places } = holder
  return {
    id: holder.id,
    pid: holder.pid,
    user: userOf(holder),
    gpus: gpuList(places),
    type: places[0]?.process.type ?? '',
    engine: engineOf(workload),
    name: nameOf(holder.name, workload),
    usedBytes: holder.usedBytes,
    cpuPercent: host?.cpuPercent ?? NOTHING,
    residentBytes: host?.residentBytes ?? NOTHING,
    command: commandOf(holder),
    leads,
    trend: watchedTrend(workload),
    risk: riskOf(frame, workload),
  }
}

function userOf({ host, workload }: Holder): Reading<string> {
  return host?.user ?? workload?.user ?? NOTHING
}

function engineOf(workload: Workload | undefined): string | undefined {
  return workload === undefined || workload.engine === 'unknown' ? undefined : workload.engine
}

function riskOf(frame: Frame, workload: Workload | undefined): Risk | undefined {
  return workload === undefined ? undefined : frame.risks.find((risk) => risk.workload === workload.id)
}

function commandOf({ host, name, places }: Holder): string {
  return host === undefined || host.command.length === 0
    ? (places[0]?.process.name ?? name)
    : host.command.join(' ')
}

// Of `meta-llama/Llama-3.1-8B-Instruct` and `C:\\tools\\server.exe` the last part is what tells them apart.
function nameOf(program: string, workload: Workload | undefined): string {
  const name = valueOr(workload?.model.name ?? missing('not-reported'), program)
  return name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1)
}

// An engine that takes its KV memory at start has a flat VRAM curve by design: its pool is the one to watch.
function watchedTrend(workload: Workload | undefined): Trend | undefined {
  if (workload === undefined) return undefined
  const pooled = valueOr(workload.kv.growth, undefined) === 'preallocated'
  return pooled && workload.trend.kv.kind !== 'too-short' ? workload.trend.kv : workload.trend.memory
}

function gpuList(places: readonly Place[]): string {
  const [first, ...rest] = places
  if (first === undefined) return ''
  if (rest.length === 0) return labelOf(first)
  const labels = [...new Set(places.map(labelOf))]
  const isRun = labels.length > 2 && labels.every((label, i) => Number(label) === first.gpu.index + i)
  return isRun ? `${labels[0] ?? ''}-${labels.at(-1) ?? ''}` : labels.join(',')
}

function labelOf({ gpu, process }: Place): string {
  const { gpuInstanceId } = process
  return gpuInstanceId.kind === 'known' ? `${gpu.index}:${gpuInstanceId.value}` : gpu.index.toString()
}
