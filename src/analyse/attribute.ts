import { both, known, map, missing, sum, sumOfKnown, valueOr, type Reading } from '../core/reading.ts'
import type { Ceiling } from '../model/ceiling.ts'
import type { GpuState } from '../model/frame.ts'
import type { ReportedMemory } from '../model/reported-memory.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { GpuShare, Workload, WorkloadMemory } from '../model/workload.ts'
import type { EngineReport } from '../engines/engine.ts'
import type { Activity } from './activity.ts'
import { holdingsOf, type ClaimedGroup, type Holding } from './claims.ts'
import { devicesOf, estimateOn, type WorkloadEstimate } from './estimated.ts'
import type { ProcessBook } from './processes.ts'
import { addParts, withUnexplained } from './parts.ts'
import { splitOf, type Split } from './split.ts'
import { unownedReason, type UnownedEvidence } from './unowned.ts'

/** A workload as far as the present instant tells: what it holds. Where it is going comes later. */
export interface AttributedWorkload extends Omit<Workload, 'ceiling' | 'trend' | 'headroom'> {
  /** What its parts were worked out from; a ceiling comes of the same value. No frame carries it. */
  readonly estimated: Reading<WorkloadEstimate>
  /** The ceiling that another llmtop, beside the workload, has worked out. */
  readonly toldCeiling?: Ceiling
}

/** What is known of a workload beside its engine's report and its processes. */
export interface Around
  extends Pick<Activity, 'idleSeconds' | 'throughput'>, Pick<Workload, 'cgroup' | 'vramLimits'> {
  /** What the engine printed of itself when it started. */
  readonly reported: ReportedMemory | undefined
}

/** What each engine instance holds, by part and by card. The known slices and the unexplained rest sum to what the driver reports. */
export function attributeWorkload(
  group: ClaimedGroup,
  report: EngineReport,
  gpus: readonly Gpu[],
  book: ProcessBook,
  { idleSeconds, throughput, cgroup, vramLimits, reported }: Around,
): AttributedWorkload {
  const { claim, holdings, helpers } = group
  const usedBytes = holdings.length === 0 ? missing('not-supported', 'it uses no GPU') : usedBy(holdings)
  const estimated = estimateOn(report, reported, holdings, gpus)
  // an estimate knows its devices itself
  const devices = reported === undefined ? [] : devicesOf(holdings, gpus)
  const split = splitOf(report, estimated, usedBytes, { reported, devices })
  const pids = [...new Set([claim.root.pid, ...holdings.map(({ process }) => process.pid), ...helpers])]
  return {
    id: group.id,
    engine: claim.engine,
    rootPid: known(claim.root.pid),
    pids,
    user: claim.root.user,
    container: claim.root.container,
    command: claim.root.command,
    state: report.state,
    idleSeconds,
    model: report.model,
    config: report.config,
    memory: workloadMemory(holdings, usedBytes, split, residentOf(pids, book)),
    kv: split.kv,
    partial: partialOf(report, holdings),
    telemetryGaps: report.telemetryGaps,
    cgroup,
    vramLimits,
    requests: report.requests,
    throughput,
    estimated,
  }
}

function partialOf({ span }: EngineReport, holdings: readonly Holding[]): Workload['partial'] {
  if (span === undefined) return undefined
  const { instance, ranksInAll } = span
  const ranksHere = span.ranksHere ?? new Set(holdings.map(({ gpuUuid }) => gpuUuid)).size
  const isWhole = ranksInAll.kind === 'known' && ranksHere >= ranksInAll.value
  return isWhole ? undefined : { instance, ranksHere, ranksInAll }
}

/** Which workload a pid belongs to. */
export type Owners = ReadonlyMap<number, AttributedWorkload>

export function ownersOf(workloads: readonly AttributedWorkload[]): Owners {
  return new Map(workloads.flatMap((workload) => workload.pids.map((pid) => [pid, workload] as const)))
}

/** A card with its memory divided: attributed to known engines, other, and the part of other that nobody owns. */
export function attributeGpu(
  gpu: Gpu,
  owner: Owners,
  book: ProcessBook,
  evidence: UnownedEvidence,
): GpuState {
  const holdings = holdingsOf([gpu])
  const engineHoldings = holdings.filter(({ process }) => {
    const engine = owner.get(process.pid)?.engine
    return engine !== undefined && engine !== 'unknown'
  })
  const attributedBytes = listedOn(gpu, engineHoldings)
  const { usedBytes } = gpu.memory
  const unownedBytes = both(usedBytes, listedOn(gpu, holdings), (used, held) => Math.max(0, used - held))
  const { processes: listed, ...card } = gpu
  // what is added stands before what is spread (ADR 9)
  return {
    processes: map(listed, (processes) =>
      processes.map((process) => ({
        host: book.get(process.pid)?.process,
        workload: owner.get(process.pid)?.id ?? `unknown:${process.pid}`,
        ...process,
      })),
    ),
    attributedBytes,
    otherBytes: both(usedBytes, attributedBytes, (used, attributed) => used - attributed),
    unownedBytes,
    unownedReason: unownedReason(gpu, valueOr(unownedBytes, 0), evidence),
    ...card,
  }
}

function workloadMemory(
  holdings: readonly Holding[],
  usedBytes: Reading<number>,
  { parts, perDevice, onCpuRatio }: Split,
  residentBytes: Reading<number>,
): WorkloadMemory {
  const perGpu = [...new Set(holdings.map(({ gpuUuid }) => gpuUuid))].map((uuid): GpuShare => {
    const usedOnIt = usedBy(holdings.filter(({ gpuUuid }) => gpuUuid === uuid))
    const partsOnIt = perDevice.filter(({ device }) => device.uuid === uuid).map((device) => device.parts)
    return {
      uuid,
      usedBytes: usedOnIt,
      slices: withUnexplained(partsOnIt.length === 0 ? parts : addParts(partsOnIt), usedOnIt),
    }
  })
  return { usedBytes, slices: withUnexplained(parts, usedBytes), perGpu, residentBytes, onCpuRatio }
}

/** Where the driver lists no processes at all, nothing is known of what they hold: that is not zero. */
function listedOn(gpu: Gpu, holdings: readonly Holding[]): Reading<number> {
  return gpu.processes.kind === 'missing' ? gpu.processes : usedBy(holdings)
}

function usedBy(holdings: readonly Holding[]): Reading<number> {
  return sum(holdings.map(({ process }) => process.usedBytes))
}

function residentOf(pids: readonly number[], book: ProcessBook): Reading<number> {
  const records = pids.flatMap((pid) => book.get(pid) ?? [])
  if (records.length === 0) return missing('not-reported')
  return sumOfKnown(records.map(({ process }) => process.residentBytes))
}
