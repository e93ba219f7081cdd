import { known, missing, type Reading } from '../core/reading.ts'
import type { Frame, GpuState } from '../model/frame.ts'
import { LIVE_LINK, type RawSample } from '../model/sample.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import type { Workload } from '../model/workload.ts'
import { attributeGpu, ownersOf, type AttributedWorkload } from './attribute.ts'
import { attributeAll } from './attributed.ts'
import { followHeld, groupByClaim } from './claims.ts'
import { textOf } from './answers.ts'
import { foresee, type Foreseen } from './foresee.ts'
import { followFaults, frameFaults, presentFaults } from './faults.ts'
import { afterwards, isGap, isOutOfOrder, withoutNews } from './gap.ts'
import { awaited, hostLoadOf, largestProcesses } from './host.ts'
import type { JudgedWorkload } from './judged.ts'
import type { Memory } from './memory.ts'
import { observe } from './observe.ts'
import { withToldShares } from './told-shares.ts'
import { isInContainer } from './unowned.ts'
import { wantsOf } from './wants.ts'

/** What one sample makes of what was known: the next memory, the frame to show, and what the judgement would like to see. */
export interface Step {
  readonly memory: Memory
  readonly frame: Frame
  readonly wants: readonly Want[]
}

/** The fold. Pure: the same memory and sample give the same step; all time comes from the sample. */
export function step(memory: Memory, taken: RawSample): Step {
  const sample = isOutOfOrder(memory, taken) ? withoutNews(memory, taken) : taken
  const afterGap = isGap(memory, sample)
  const before = afterGap ? afterwards(memory, sample) : memory
  const observed = observe(before, sample)
  const { processes, processList, held } = observed
  const groups = groupByClaim(gpusIn(observed), processes, processList, held)
  const { activity, workloads: attributed, faults: unused } = attributeAll(observed, groups, sample)
  const lately = { activity, held: followHeld(held, groups, sample.elapsedMs) }
  const gpus = attributeGpus(observed, attributed)
  const foreseen = foresee(before, { ...observed, ...lately }, attributed, gpus, afterGap)
  const hidden = gpus.filter(({ unownedReason }) => unownedReason === 'pid-namespace')
  const faults = presentFaults(
    observed.answers,
    observed.gpuDocument?.document,
    hidden,
    [...unused, ...observed.goneGpus.values()],
    sample.elapsedMs,
  )
  const after = { ...foreseen.memory, faults: followFaults(before.faults, faults) }
  return {
    memory: after,
    frame: frameOf(after, sample, afterGap, foreseen, gpus),
    wants: wantsOf(observed, groups),
  }
}

function gpusIn({ gpuDocument }: Memory): readonly Gpu[] {
  return gpuDocument?.document.gpus ?? []
}

function attributeGpus(memory: Memory, workloads: readonly AttributedWorkload[]): readonly GpuState[] {
  const gpus = gpusIn(memory)
  const owners = ownersOf(workloads)
  const inContainer = isInContainer(
    gpus,
    memory.processes,
    memory.processList,
    textOf(memory.answers, 'pid-namespace'),
  )
  return gpus
    .map((gpu) => attributeGpu(gpu, owners, memory.processes, { inContainer, departures: memory.departures }))
    .map((gpu) => withToldShares(gpu, workloads))
    .sort((a, b) => a.index - b.index)
}

function frameOf(
  memory: Memory,
  sample: RawSample,
  afterGap: boolean,
  { workloads, host, risks, events }: Foreseen,
  gpus: readonly GpuState[],
): Frame {
  const document = memory.gpuDocument?.document
  const link = sample.link ?? LIVE_LINK
  const seen = { hostMemory: host, hostLoad: hostLoadOf(memory.answers) }
  return {
    source: memory.origin,
    host: sample.host,
    sequence: sample.sequence,
    takenAtEpochMs: sample.takenAtEpochMs,
    elapsedMs: sample.elapsedMs,
    intervalMs: sample.intervalMs,
    afterGap,
    link,
    driver: {
      version: document?.driverVersion ?? missing('not-yet-known'),
      cuda: document?.cudaVersion ?? missing('not-yet-known'),
    },
    gpuSample: gpuSampleOf(memory, sample),
    gpus,
    ...(link.state === 'connecting' ? awaited(seen) : seen),
    workloads: workloads.map(shown),
    hostProcesses: largestProcesses(memory),
    risks,
    events,
    deaths: memory.deaths.deaths,
    faults: frameFaults(memory.faults, sample.elapsedMs),
  }
}

/** A frame carries what was found, not how it was worked out. */
function shown({ estimated, toldCeiling, ...workload }: JudgedWorkload): Workload {
  return workload
}

function gpuSampleOf({ gpuDocument }: Memory, sample: RawSample): Frame['gpuSample'] {
  if (gpuDocument === undefined) return missing('not-yet-known')
  const { arrivedAtMs, tookMs } = gpuDocument
  const cost: Reading<number> = tookMs === undefined ? missing('not-reported') : known(tookMs)
  return known({ ageMs: Math.max(0, sample.elapsedMs - arrivedAtMs), tookMs: cost })
}
