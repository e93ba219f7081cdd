import { known, missing } from '../../src/core/reading.ts'
import { gibibytes, mebibytes } from '../../src/core/units.ts'
import type { Frame, GpuProcessState, GpuState } from '../../src/model/frame.ts'
import { LIVE_LINK } from '../../src/model/sample.ts'
import { liveState, NO_TIMELINE } from '../../src/model/session.ts'
import type { SessionState } from '../../src/model/session.ts'
import type { DeviceMemory, HostMemory, HostProcess } from '../../src/model/snapshot.ts'
import type { Slices, Workload, WorkloadConfig } from '../../src/model/workload.ts'
import type { Scene } from '../../src/view/panel.ts'
import { see } from '../../src/view/seen.ts'
import type { Seen } from '../../src/view/seen.ts'
import { INITIAL_UI } from '../../src/view/ui-state.ts'

// Frames by hand: what the screen is to show is stated here, not computed by the code under test.

const unknown = missing('not-reported')

/** 2026-11-21T12:31:07Z. */
export const NOON_EPOCH_MS = 1_795_264_267_000

export const LIVE: SessionState = liveState(2000)

export const REPLAY: Extract<SessionState, { kind: 'replay' }> = {
  kind: 'replay',
  speed: 8,
  paused: false,
  ended: false,
  progressRatio: 0.42,
  demo: false,
  loop: false,
  timeline: NO_TIMELINE,
}

/** The scene of the newest of `frames`, the others being its past. */
export function sceneOf(frames: readonly Frame[], changes: Partial<Scene> = {}): Scene {
  const seen = frames.reduce<Seen | undefined>((before, one) => see(before, one), undefined)
  if (seen === undefined) throw new Error('a scene needs a frame')
  return { ...seen, hosts: [seen], session: LIVE, ui: INITIAL_UI, ...changes }
}

export function frameWith(changes: Partial<Frame>): Frame {
  return {
    source: { kind: 'local', label: 'node7' },
    host: 'node7',
    sequence: 0,
    takenAtEpochMs: NOON_EPOCH_MS,
    elapsedMs: 0,
    intervalMs: 2000,
    afterGap: false,
    link: LIVE_LINK,
    driver: { version: known('580.95.05'), cuda: known('13.0') },
    gpuSample: known({ ageMs: 0, tookMs: known(410) }),
    gpus: [],
    hostMemory: hostMemory(251, 189),
    hostLoad: { load1: known(4.1), uptimeSeconds: known(12 * 86_400) },
    workloads: [],
    hostProcesses: [],
    risks: [],
    events: [],
    deaths: [],
    faults: [],
    ...changes,
  }
}

export function hostMemory(totalGib: number, availableGib: number): HostMemory {
  return {
    totalBytes: known(gibibytes(totalGib)),
    availableBytes: known(gibibytes(availableGib)),
    freeBytes: known(gibibytes(availableGib / 2)),
    swapTotalBytes: known(0),
    swapUsedBytes: known(0),
    pressure: { someAvg10Percent: known(0), fullAvg10Percent: known(0) },
    oomKills: known(0),
  }
}

/** A device of an H100's size, `usedGib` of it in use. */
export function h100Memory(usedGib: number): DeviceMemory {
  const total = mebibytes(81_559)
  const reserved = mebibytes(458)
  return {
    totalBytes: known(total),
    reservedBytes: known(reserved),
    usedBytes: known(gibibytes(usedGib)),
    freeBytes: known(total - reserved - gibibytes(usedGib)),
  }
}

export function gpuWith(index: number, changes: Partial<GpuState>): GpuState {
  return {
    index,
    uuid: `GPU-${index}`,
    name: 'NVIDIA H100 80GB HBM3',
    busId: `00000000:${(16 + index).toString(16)}:00.0`,
    architecture: known('Hopper'),
    unifiedMemory: false,
    persistenceMode: known(true),
    driverModel: unknown,
    memory: h100Memory(0.5),
    utilization: { gpuPercent: known(62), memoryPercent: known(40) },
    temperatureCelsius: known(54),
    powerWatts: known(412),
    powerLimitWatts: known(700),
    fanPercent: missing('not-supported'),
    throttle: [],
    recoveryAction: unknown,
    clocks: { smMHz: known(1980), memoryMHz: known(2619) },
    performanceState: known('P0'),
    pcie: { rxBytesPerSecond: known(0), txBytesPerSecond: known(0) },
    mig: { enabled: known(false), devices: [] },
    processes: known([]),
    attributedBytes: known(0),
    otherBytes: known(gibibytes(0.5)),
    unownedBytes: known(0),
    unownedReason: undefined,
    ...changes,
  }
}

export function hostProcess(
  pid: number,
  comm: string,
  command: readonly string[],
  user = 'root',
): HostProcess {
  return {
    pid,
    parentPid: 1,
    startTicks: pid * 100,
    comm,
    command,
    user: known(user),
    residentBytes: known(gibibytes(4)),
    cpuPercent: known(102),
    container: undefined,
  }
}

export function processWith(host: HostProcess, workload: string, usedGib: number): GpuProcessState {
  return {
    pid: host.pid,
    type: 'C',
    name: host.comm,
    usedBytes: known(gibibytes(usedGib)),
    gpuInstanceId: unknown,
    computeInstanceId: unknown,
    host,
    workload,
  }
}

/** Slices in GiB; what is left out is missing. */
export function slices(gib: Partial<Record<keyof Slices, number>>): Slices {
  const reading = (value: number | undefined) => (value === undefined ? unknown : known(gibibytes(value)))
  return {
    weightsBytes: reading(gib.weightsBytes),
    kvBytes: reading(gib.kvBytes),
    stateBytes: reading(gib.stateBytes),
    activationsBytes: reading(gib.activationsBytes),
    overheadBytes: reading(gib.overheadBytes),
    unexplainedBytes: reading(gib.unexplainedBytes),
  }
}

const NO_CONFIG: WorkloadConfig = {
  contextTokens: unknown,
  parallel: unknown,
  kvTypeK: unknown,
  kvTypeV: unknown,
  gpuLayers: unknown,
  tensorParallel: unknown,
  gpuMemoryUtilization: unknown,
  origins: {},
  flags: {},
  problems: [],
}

export function workloadWith(id: string, changes: Partial<Workload>): Workload {
  const rootPid = Number(id.split(':')[1])
  return {
    id,
    engine: 'unknown',
    rootPid: known(rootPid),
    pids: [rootPid],
    user: known('root'),
    container: undefined,
    command: [],
    state: 'serving',
    idleSeconds: unknown,
    model: { name: unknown, source: unknown, quantization: unknown, parameters: unknown },
    config: NO_CONFIG,
    memory: {
      usedBytes: unknown,
      slices: slices({}),
      perGpu: [],
      residentBytes: unknown,
      onCpuRatio: unknown,
    },
    kv: {
      growth: unknown,
      capacityBytes: unknown,
      usedBytes: unknown,
      capacityTokens: unknown,
      usedTokens: unknown,
      reusableTokens: unknown,
      usedRatio: unknown,
      bytesPerToken: unknown,
      perEngine: [],
      slots: [],
    },
    requests: { running: unknown, waiting: unknown, preemptions: unknown },
    throughput: { promptTokensPerSecond: unknown, generatedTokensPerSecond: unknown },
    ceiling: unknown,
    trend: { memory: { kind: 'steady' }, kv: { kind: 'too-short', spanMs: 0, neededMs: 20_000 } },
    headroom: { bytes: unknown, tokens: unknown, requests: unknown },
    partial: undefined,
    telemetryGaps: [],
    cgroup: unknown,
    vramLimits: [],
    ...changes,
  }
}
