import { known, missing, type Reading } from '../core/reading.ts'
import type { Frame, GpuState } from '../model/frame.ts'
import { LIVE_LINK, type RawSample } from '../model/sample.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import type { Workload } from '../model/workload.ts'
import { engineOf } from '../engines/index.ts'
import { followActivity, type ActivityBook } from './activity.ts'
import { attributeGpu, attributeWorkload, ownersOf, type AttributedWorkload } from './attribute.ts'
import { ceilingOf, headroomOf, headroomTokensOf } from './ceiling.ts'
import { followHeld, groupByClaim, type ClaimedGroup } from './claims.ts'
import { cgroupOf } from './cgroups.ts'
import { cudaOomOf } from './cuda-oom.ts'
import { followFaults, frameFaults, presentFaults } from './faults.ts'
import { afterwards, isGap } from './gap.ts'
import { hostLoadOf, hostMemoryOf, largestProcesses } from './host.ts'
import type { Memory } from './memory.ts'
import { observe } from './observe.ts'
import { followRisks, raisedRisks } from './risk-book.ts'
import { trendOf } from './trend.ts'
import { isInContainer } from './unowned.ts'
import { wantsOf } from './wants.ts'
import { spanMs } from './window.ts'
import { followWindows, gpuKey, windowOf, workloadKey } from './windows.ts'

/** What one sample makes of what was known: the next memory, the frame to show, and what the judgement would like to see. */
export interface Step {
  readonly memory: Memory
  readonly frame: Frame
  readonly wants: readonly Want[]
}

/** The fold. Pure: the same memory and sample give the same step; all time comes from the sample. */
export function step(memory: Memory, sample: RawSample): Step {
  const afterGap = isGap(memory, sample)
  const before = afterGap ? afterwards(memory, sample) : memory
  const observed = observe(before, sample)
  const { processes, processList, held } = observed
  const groups = groupByClaim(gpusIn(observed), processes, processList, held)
  const { activity, attributed } = attribute(observed, groups, sample.elapsedMs)
  const lately = { activity, held: followHeld(held, groups, sample.elapsedMs) }
  const gpus = attributeGpus(observed, attributed)
  const watched = watch(before, { ...observed, ...lately }, attributed, gpus)
  const workloads = attributed.map((workload) => withFuture(workload, watched, gpus))
  const judged = judge(watched, sample, workloads, gpus)
  return {
    memory: judged,
    frame: frameOf(judged, sample, afterGap, workloads, gpus),
    wants: wantsOf(observed, groups),
  }
}

function gpusIn({ gpuDocument }: Memory): readonly Gpu[] {
  return gpuDocument?.document.gpus ?? []
}

function attribute(
  memory: Memory,
  groups: readonly ClaimedGroup[],
  nowMs: number,
): { readonly activity: ActivityBook; readonly attributed: readonly AttributedWorkload[] } {
  const { activity: before, answers, processes } = memory
  const reports = groups.map(({ id, claim }) => [id, engineOf(claim.engine).report(claim, answers)] as const)
  const activity = followActivity(before, reports, nowMs)
  const reported = new Map(reports)
  const attributed = groups.flatMap((group) => {
    const report = reported.get(group.id)
    const lately = activity.get(group.id)
    if (report === undefined || lately === undefined) return []
    const cgroup = cgroupOf(group.claim.root.pid, answers)
    return [attributeWorkload(group, report, gpusIn(memory), processes, { ...lately, cgroup })]
  })
  return { activity, attributed }
}

function attributeGpus(memory: Memory, workloads: readonly AttributedWorkload[]): readonly GpuState[] {
  const gpus = gpusIn(memory)
  const owners = ownersOf(workloads)
  const inContainer = isInContainer(gpus, memory.processes, memory.processList)
  return gpus
    .map((gpu) => attributeGpu(gpu, owners, memory.processes, { inContainer, departures: memory.departures }))
    .sort((a, b) => a.index - b.index)
}

/** A trend takes a point only from a renewed document: an old number repeated says nothing. */
function watch(
  before: Memory,
  observed: Memory,
  workloads: readonly AttributedWorkload[],
  gpus: readonly GpuState[],
): Memory {
  const { gpuDocument, rules } = observed
  if (gpuDocument === undefined || gpuDocument === before.gpuDocument)
    return { ...observed, windows: before.windows }
  const { windowMs } = rules.trend
  const { processes } = observed
  return {
    ...observed,
    windows: followWindows(before.windows, workloads, gpus, processes, gpuDocument.arrivedAtMs, windowMs),
  }
}

function withFuture(workload: AttributedWorkload, memory: Memory, gpus: readonly GpuState[]): Workload {
  const window = windowOf(memory.windows, workloadKey(workload.id))
  const { minimumSpanMs } = memory.rules.trend
  const headroomBytes = headroomOf(workload, gpus)
  const { estimated, ...seen } = workload
  return {
    ...seen,
    ceiling: ceilingOf(workload),
    trend: {
      memory: trendOf(window, memory.rules.trend),
      kv: { kind: 'too-short', spanMs: 0, neededMs: minimumSpanMs },
    },
    headroom: {
      bytes: headroomBytes,
      tokens: headroomTokensOf(workload, headroomBytes),
      requests: missing('not-yet-known'),
    },
  }
}

function judge(
  memory: Memory,
  sample: RawSample,
  workloads: readonly Workload[],
  gpus: readonly GpuState[],
): Memory {
  const { rules } = memory
  const candidates = gpus.flatMap((gpu) => {
    const window = windowOf(memory.windows, gpuKey(gpu.uuid))
    return cudaOomOf(gpu, trendOf(window, rules.trend), spanMs(window), workloads, rules.risk) ?? []
  })
  const hidden = gpus.filter(({ unownedReason }) => unownedReason === 'pid-namespace')
  const faults = presentFaults(memory.answers, memory.gpuDocument?.document, hidden, sample.elapsedMs)
  return {
    ...memory,
    risks: followRisks(memory.risks, candidates, workloads, sample.elapsedMs, rules.risk),
    faults: followFaults(memory.faults, faults),
  }
}

function frameOf(
  memory: Memory,
  sample: RawSample,
  afterGap: boolean,
  workloads: readonly Workload[],
  gpus: readonly GpuState[],
): Frame {
  const document = memory.gpuDocument?.document
  return {
    source: memory.origin,
    host: sample.host,
    sequence: sample.sequence,
    takenAtEpochMs: sample.takenAtEpochMs,
    elapsedMs: sample.elapsedMs,
    intervalMs: sample.intervalMs,
    afterGap,
    link: sample.link ?? LIVE_LINK,
    driver: {
      version: document?.driverVersion ?? missing('not-yet-known'),
      cuda: document?.cudaVersion ?? missing('not-yet-known'),
    },
    gpuSample: gpuSampleOf(memory, sample),
    gpus,
    hostMemory: hostMemoryOf(memory.answers),
    hostLoad: hostLoadOf(memory.answers),
    workloads,
    hostProcesses: largestProcesses(memory),
    risks: raisedRisks(memory.risks),
    events: [],
    deaths: [],
    faults: frameFaults(memory.faults, sample.elapsedMs),
  }
}

function gpuSampleOf({ gpuDocument }: Memory, sample: RawSample): Frame['gpuSample'] {
  if (gpuDocument === undefined) return missing('not-yet-known')
  const { arrivedAtMs, tookMs } = gpuDocument
  const cost: Reading<number> = tookMs === undefined ? missing('not-reported') : known(tookMs)
  return known({ ageMs: Math.max(0, sample.elapsedMs - arrivedAtMs), tookMs: cost })
}
