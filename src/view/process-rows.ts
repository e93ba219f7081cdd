import { known, map, missing, sum, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { Frame, GpuProcessState, GpuState } from '../model/frame.ts'
import { RISK_LEVELS } from '../model/risk.ts'
import type { Risk } from '../model/risk.ts'
import type { Trend } from '../model/trend.ts'
import type { Workload } from '../model/workload.ts'
import type { UiState } from './ui-state.ts'

/** A process on one or more GPUs, joined to its workload. */
export interface ProcessRow {
  /** Pid and start time: a reused pid is another row. */
  readonly id: string
  readonly pid: number
  readonly user: Reading<string>
  /** `0`, `0,1`, `0-7`; with MIG `0:1`, the GPU instance behind the colon. */
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
  readonly workload: Workload | undefined
  /** True for one process of each workload: what is known of the whole is shown there, once. */
  readonly leads: boolean
  readonly trend: Trend | undefined
  readonly risk: Risk | undefined
}

export const SORT_COLUMNS = [
  'risk',
  'vram',
  'full-in',
  'per-min',
  'gpu',
  'pid',
  'user',
  'engine',
  'model',
  'cpu',
  'res',
  'command',
] as const
export type SortColumn = (typeof SORT_COLUMNS)[number]

/** All processes that hold GPU memory, in the order that the user chose. */
export function processRows(frame: Frame, ui: Pick<UiState, 'sort' | 'reversed'>): readonly ProcessRow[] {
  const rows = [...processesById(frame)].map(([id, places]) => row(frame, id, places))
  const ranked = withLeaders(rows).toSorted((a, b) => compare(a, b, ui.sort))
  return ui.reversed ? ranked.toReversed() : ranked
}

interface Place {
  readonly gpu: GpuState
  readonly process: GpuProcessState
}

function processesById(frame: Frame): ReadonlyMap<string, readonly [Place, ...Place[]]> {
  const found = new Map<string, [Place, ...Place[]]>()
  for (const gpu of frame.gpus) {
    for (const process of valueOr(gpu.processes, [])) {
      const id = `${process.pid}:${process.host?.startTicks ?? '?'}`
      const places = found.get(id)
      if (places === undefined) found.set(id, [{ gpu, process }])
      else places.push({ gpu, process })
    }
  }
  return found
}

function row(frame: Frame, id: string, places: readonly [Place, ...Place[]]): ProcessRow {
  const { process } = places[0]
  const workload = frame.workloads.find((candidate) => candidate.id === process.workload)
  return {
    id,
    pid: process.pid,
    gpus: gpuList(places),
    type: process.type,
    engine: workload === undefined || workload.engine === 'unknown' ? undefined : workload.engine,
    name: nameOf(process, workload),
    usedBytes: sum(places.map((place) => place.process.usedBytes)),
    ...seenByHost(process, workload),
    workload,
    leads: false,
    trend: workload === undefined ? undefined : watchedTrend(workload),
    risk: frame.risks.find((risk) => risk.workload === process.workload),
  }
}

function seenByHost(
  { host, name }: GpuProcessState,
  workload: Workload | undefined,
): Pick<ProcessRow, 'user' | 'cpuPercent' | 'residentBytes' | 'command'> {
  if (host === undefined) {
    const unseen = missing('not-reported')
    return { user: workload?.user ?? unseen, cpuPercent: unseen, residentBytes: unseen, command: name }
  }
  const { user, cpuPercent, residentBytes, command } = host
  return { user, cpuPercent, residentBytes, command: command.length === 0 ? name : command.join(' ') }
}

function nameOf(process: GpuProcessState, workload: Workload | undefined): string {
  const program = process.host?.comm ?? process.name
  const base = program.slice(Math.max(program.lastIndexOf('/'), program.lastIndexOf('\\')) + 1)
  return valueOr(workload?.model.name ?? missing('not-reported'), base)
}

// An engine that takes its KV memory at start has a flat VRAM curve by design: its pool is the one to watch.
function watchedTrend(workload: Workload): Trend {
  const pooled = valueOr(workload.kv.growth, undefined) === 'preallocated'
  return pooled && workload.trend.kv.kind !== 'too-short' ? workload.trend.kv : workload.trend.memory
}

function gpuList(places: readonly Place[]): string {
  const labels = [...new Set(places.map(({ gpu, process }) => gpu.index.toString() + instance(process)))]
  const indices = labels.map(Number)
  const [first, ...rest] = indices
  const isRun = rest.length > 1 && rest.every((index, i) => index === (first ?? 0) + i + 1)
  return isRun ? `${first ?? ''}-${rest.at(-1) ?? ''}` : labels.join(',')
}

function instance(process: GpuProcessState): string {
  return valueOr(
    map(process.gpuInstanceId, (id) => `:${id}`),
    '',
  )
}

function withLeaders(rows: readonly ProcessRow[]): readonly ProcessRow[] {
  const leaders = new Map<string, ProcessRow>()
  for (const candidate of rows.toSorted(byMemory)) {
    const id = candidate.workload?.id
    if (id !== undefined && !leaders.has(id)) leaders.set(id, candidate)
  }
  return rows.map((candidate) => ({
    ...candidate,
    leads: leaders.get(candidate.workload?.id ?? '')?.id === candidate.id,
  }))
}

function compare(a: ProcessRow, b: ProcessRow, column: SortColumn): number {
  return by(column)(a, b) || byMemory(a, b)
}

// Quantities fall, names rise; what is missing comes last.
function by(column: SortColumn): (a: ProcessRow, b: ProcessRow) => number {
  switch (column) {
    case 'risk':
      return (a, b) => riskRank(b) - riskRank(a) || eta(a) - eta(b)
    case 'vram':
      return byMemory
    case 'full-in':
      return (a, b) => eta(a) - eta(b)
    case 'per-min':
      return falling((one) => rate(one.trend))
    case 'gpu':
      return (a, b) => Number.parseInt(a.gpus) - Number.parseInt(b.gpus)
    case 'pid':
      return (a, b) => a.pid - b.pid
    case 'user':
      return rising((one) => valueOr(one.user, undefined))
    case 'engine':
      return rising((one) => one.engine)
    case 'model':
      return rising((one) => one.name)
    case 'cpu':
      return falling((one) => one.cpuPercent)
    case 'res':
      return falling((one) => one.residentBytes)
    case 'command':
      return rising((one) => one.command)
  }
}

function byMemory(a: ProcessRow, b: ProcessRow): number {
  return falling((one) => one.usedBytes)(a, b) || a.pid - b.pid
}

function falling(value: (row: ProcessRow) => Reading<number>): (a: ProcessRow, b: ProcessRow) => number {
  return (a, b) => difference(valueOr(value(b), -Infinity), valueOr(value(a), -Infinity))
}

function rising(text: (row: ProcessRow) => string | undefined): (a: ProcessRow, b: ProcessRow) => number {
  return (a, b) => order(text(a) ?? '\uffff', text(b) ?? '\uffff')
}

// by code units: the same on every machine whatever its locale
function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

// two missing values are equal, and ∞ − ∞ is not a number
function difference(a: number, b: number): number {
  return a === b ? 0 : a - b
}

function riskRank(one: ProcessRow): number {
  return one.risk === undefined ? -1 : RISK_LEVELS.indexOf(one.risk.level)
}

function eta(one: ProcessRow): number {
  return one.risk?.eta?.seconds ?? Number.MAX_SAFE_INTEGER
}

function rate(trend: Trend | undefined): Reading<number> {
  switch (trend?.kind) {
    case 'growing':
    case 'shrinking':
      return known(trend.bytesPerSecond, 'derived')
    case 'steady':
      return known(0, 'derived')
    case 'too-short':
    case undefined:
      return missing('not-yet-known')
  }
}
