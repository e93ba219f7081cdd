import { known, missing, sum, sumOfKnown, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import { lastPart } from '../core/text.ts'
import type { Risk } from '../model/risk.ts'
import type { GpuState } from '../model/frame.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Trend } from '../model/trend.ts'
import type { Workload } from '../model/workload.ts'
import { numberList } from './number-list.ts'
import { gpuList } from './process-holders.ts'
import type { Holder } from './process-holders.ts'
import type { ProcessRow } from './process-row.ts'
import { signalTarget } from './signal-target.ts'

/** The row of one process: what /proc and the driver say of it. */
export function rowOfProcess(holder: Holder, risk: Risk | undefined): ProcessRow {
  const { host, workload, places } = holder
  return {
    id: holder.id,
    pid: known(holder.pid),
    user: userOf(holder),
    gpus: gpuList(places),
    type: typeOf(places),
    engine: undefined,
    name: holder.name,
    usedBytes: holder.usedBytes,
    cpuPercent: ofHost(host, 'cpuPercent'),
    residentBytes: ofHost(host, 'residentBytes'),
    command: () => commandOf(holder),
    depth: 0,
    workload: undefined,
    opens: workload?.id,
    parentPid: host?.parentPid,
    process: signalTarget(host),
    trend: trendOf(workload),
    risk,
  }
}

/** The row of an engine: all its processes together, under the name of the root. */
export function rowOfEngine(
  workload: Workload,
  holders: readonly Holder[],
  gpus: readonly GpuState[],
  risk: Risk | undefined,
): ProcessRow {
  const { rootPid } = workload
  const root = holders.find(({ pid }) => rootPid.kind === 'known' && pid === rootPid.value)?.host
  const places = holders.flatMap((holder) => holder.places)
  const hosts = holders.flatMap(({ host }) => host ?? [])
  return {
    id: workload.id,
    pid: rootPid,
    user: root?.user ?? workload.user,
    gpus: places.length > 0 ? gpuList(places) : gpusTold(workload, gpus),
    type: typeOf(places),
    engine: workload.engine,
    name: nameOf(workload, root, holders),
    usedBytes: heldBy(workload, places),
    cpuPercent: together(hosts, ({ cpuPercent }) => cpuPercent),
    residentBytes: residentOf(workload, hosts),
    command: () => commandOfEngine(workload, holders),
    depth: 0,
    workload,
    opens: workload.id,
    parentPid: root?.parentPid,
    process: signalTarget(root),
    trend: watchedTrend(workload),
    risk,
  }
}

const NOTHING = missing('not-reported')

// No object is spread into the rows: of a hundred processes that would cost more than all the rest of a picture.
function ofHost(host: HostProcess | undefined, field: 'cpuPercent' | 'residentBytes'): Reading<number> {
  return host === undefined ? NOTHING : host[field]
}

function userOf({ host, workload }: Holder): Reading<string> {
  return host?.user ?? workload?.user ?? NOTHING
}

// Of an engine whose processes are not seen.
function gpusTold({ memory }: Workload, gpus: readonly GpuState[]): string {
  const held = gpus.filter(({ uuid }) => memory.perGpu.some((share) => share.uuid === uuid))
  return numberList(held.map(({ index }) => index))
}

function typeOf(places: Holder['places']): string {
  return places[0]?.process.type ?? ''
}

function nameOf({ model }: Workload, root: HostProcess | undefined, holders: readonly Holder[]): string {
  if (model.name.kind === 'known') return lastPart(model.name.value)
  return root?.comm ?? holders[0]?.name ?? ''
}

// What is known of an engine as a whole stands in its own row.
function trendOf(workload: Workload | undefined): Trend | undefined {
  return workload?.engine === 'unknown' ? workload.trend.memory : undefined
}

function heldBy({ memory }: Workload, places: Holder['places']): Reading<number> {
  if (memory.usedBytes.kind === 'known' || places.length === 0) return memory.usedBytes
  return sum(places.map(({ process }) => process.usedBytes))
}

function residentOf({ memory }: Workload, hosts: readonly HostProcess[]): Reading<number> {
  return memory.residentBytes.kind === 'known'
    ? memory.residentBytes
    : together(hosts, ({ residentBytes }) => residentBytes)
}

function together(
  hosts: readonly HostProcess[],
  value: (host: HostProcess) => Reading<number>,
): Reading<number> {
  return hosts.length === 0 ? NOTHING : sumOfKnown(hosts.map(value))
}

function commandOfEngine({ command }: Workload, [first]: readonly Holder[]): string {
  return command.length === 0 && first !== undefined ? commandOf(first) : command.join(' ')
}

function commandOf({ host, name, places }: Holder): string {
  return host === undefined || host.command.length === 0
    ? (places[0]?.process.name ?? name)
    : host.command.join(' ')
}

// An engine that takes its KV memory at start has a flat VRAM curve by design: its pool is the one to watch.
function watchedTrend(workload: Workload): Trend {
  const pooled = valueOr(workload.kv.growth, undefined) === 'preallocated'
  return pooled && workload.trend.kv.kind !== 'too-short' ? workload.trend.kv : workload.trend.memory
}
