import { describeFault } from '../core/fault.ts'
import type { Reading } from '../core/reading.ts'
import type { Frame, GpuProcessState, GpuState } from '../model/frame.ts'
import type { Advice, Risk } from '../model/risk.ts'
import type { DeviceMemory } from '../model/snapshot.ts'
import type { Trend } from '../model/trend.ts'
import type { Workload } from '../model/workload.ts'
import { treeJson, type JsonObject, type Tree, type TreeObject } from './tree-json.ts'

/**
 * The frame as one object of schema `llmtop.frame/1` (docs/json.md). Numbers have their unit in the key; a missing value is
 * null, and its path and reason stand in `missing`.
 */
export function frameJson(frame: Frame): JsonObject {
  const { json, missing } = treeJson(frameTree(frame))
  return { ...json, missing }
}

/** The same as a line of text. */
export function frameText(frame: Frame): string {
  return JSON.stringify(frameJson(frame))
}

function frameTree(frame: Frame): TreeObject {
  return {
    schema: 'llmtop.frame/1',
    source: { kind: frame.source.kind, label: frame.source.label },
    host: frame.host,
    sequence: frame.sequence,
    takenAt: new Date(frame.takenAtEpochMs).toISOString(),
    elapsedMs: frame.elapsedMs,
    intervalMs: frame.intervalMs,
    driver: { version: frame.driver.version, cuda: frame.driver.cuda },
    link: { state: frame.link.state, ageMs: frame.link.ageMs, retryInMs: frame.link.retryInMs },
    gpuSample: gpuSampleTree(frame),
    gpus: frame.gpus.map(gpuTree),
    hostMemory: {
      totalBytes: frame.hostMemory.totalBytes,
      availableBytes: frame.hostMemory.availableBytes,
      swapTotalBytes: frame.hostMemory.swapTotalBytes,
      swapUsedBytes: frame.hostMemory.swapUsedBytes,
      pressure: { ...frame.hostMemory.pressure },
      oomKills: frame.hostMemory.oomKills,
    },
    workloads: frame.workloads.map(workloadTree),
    risks: frame.risks.map(riskJson),
    events: frame.events.map(({ kind, risk }) => ({ kind, risk: risk.id, level: risk.level })),
    deaths: frame.deaths.map((death) => ({ ...death })),
    faults: frame.faults.map(({ fault, ageMs }) => ({
      kind: fault.kind,
      message: describeFault(fault),
      ageMs,
    })),
  }
}

function gpuSampleTree({ gpuSample }: Frame): Tree {
  if (gpuSample.kind === 'missing') return { ageMs: gpuSample, tookMs: gpuSample }
  return { ageMs: gpuSample.value.ageMs, tookMs: gpuSample.value.tookMs }
}

function gpuTree(gpu: GpuState): Tree {
  return {
    index: gpu.index,
    uuid: gpu.uuid,
    name: gpu.name,
    busId: gpu.busId,
    architecture: gpu.architecture,
    unifiedMemory: gpu.unifiedMemory,
    persistenceMode: gpu.persistenceMode,
    memory: memoryTree(gpu.memory),
    utilization: { ...gpu.utilization },
    temperatureCelsius: gpu.temperatureCelsius,
    powerWatts: gpu.powerWatts,
    powerLimitWatts: gpu.powerLimitWatts,
    fanPercent: gpu.fanPercent,
    throttle: gpu.throttle,
    recoveryAction: gpu.recoveryAction,
    clocks: { ...gpu.clocks },
    performanceState: gpu.performanceState,
    pcie: { ...gpu.pcie },
    mig: {
      enabled: gpu.mig.enabled,
      devices: gpu.mig.devices.map((device) => ({ ...device, memory: memoryTree(device.memory) })),
    },
    processes: gpu.processes.kind === 'known' ? gpu.processes.value.map(processTree) : gpu.processes,
    attributedBytes: gpu.attributedBytes,
    otherBytes: gpu.otherBytes,
    unownedBytes: gpu.unownedBytes,
    unownedReason: gpu.unownedReason ?? null,
  }
}

function memoryTree(memory: DeviceMemory): Tree {
  return { ...memory }
}

function processTree(process: GpuProcessState): Tree {
  const unseen: Reading<never> = { kind: 'missing', reason: 'not-reported' }
  return {
    pid: process.pid,
    type: process.type,
    name: process.name,
    user: process.host?.user ?? unseen,
    usedBytes: process.usedBytes,
    gpuInstanceId: process.gpuInstanceId,
    computeInstanceId: process.computeInstanceId,
    // nvidia-smi -q -x has no utilisation per process
    gpuPercent: { kind: 'missing', reason: 'not-reported' },
    cpuPercent: process.host?.cpuPercent ?? unseen,
    residentBytes: process.host?.residentBytes ?? unseen,
    workload: process.workload,
  }
}

function workloadTree(workload: Workload): Tree {
  const { memory, kv, ceiling, config } = workload
  return {
    id: workload.id,
    engine: workload.engine,
    rootPid: workload.rootPid,
    pids: workload.pids,
    user: workload.user,
    container:
      workload.container === undefined
        ? null
        : { id: workload.container.id, name: workload.container.name ?? null },
    command: workload.command,
    state: workload.state,
    idleSeconds: workload.idleSeconds,
    model: { ...workload.model },
    config: {
      ...config,
      origins: { ...config.origins },
      flags: { ...config.flags },
      problems: [...config.problems],
    },
    memory: {
      usedBytes: memory.usedBytes,
      slices: { ...memory.slices },
      perGpu: memory.perGpu.map(({ uuid, usedBytes, slices }) => ({
        uuid,
        usedBytes,
        slices: { ...slices },
      })),
      residentBytes: memory.residentBytes,
      onCpuRatio: memory.onCpuRatio,
    },
    kv: {
      ...kv,
      perEngine: kv.perEngine.map((engine) => ({ ...engine })),
      slots: kv.slots.map((slot) => ({ ...slot })),
    },
    partial: workload.partial === undefined ? null : { ...workload.partial },
    telemetryGaps: workload.telemetryGaps.map((gap) => ({ ...gap })),
    cgroup: workload.cgroup.kind === 'known' ? { ...workload.cgroup.value } : workload.cgroup,
    vramLimits: workload.vramLimits.map(({ path = null, ...limit }) => ({ ...limit, path })),
    requests: { ...workload.requests },
    throughput: { ...workload.throughput },
    ceiling: ceiling.kind === 'missing' ? ceiling : ceilingTree(ceiling.value),
    trend: { memory: trendTree(workload.trend.memory), kv: trendTree(workload.trend.kv) },
    headroom: { ...workload.headroom },
  }
}

function ceilingTree(ceiling: Extract<Workload['ceiling'], { kind: 'known' }>['value']): Tree {
  return {
    ...ceiling,
    workings: ceiling.workings.map((term) => ({ ...term })),
    perGpu: ceiling.perGpu.map((share) => ({ ...share })),
  }
}

function trendTree(trend: Trend): Tree {
  return { ...trend }
}

/** A risk, the same in frames and in the events of `--on-warning`. */
export function riskJson(risk: Risk): JsonObject {
  return {
    id: risk.id,
    class: risk.class,
    level: risk.level,
    gpu: risk.gpu ?? null,
    gpus: risk.gpus,
    workload: risk.workload ?? null,
    mig: risk.mig ?? null,
    etaSeconds: risk.eta?.seconds ?? null,
    etaLowSeconds: risk.eta?.lowSeconds ?? null,
    etaHighSeconds: risk.eta?.highSeconds ?? null,
    sinceElapsedMs: risk.sinceElapsedMs,
    summary: risk.summary,
    evidence: risk.evidence,
    advice: risk.advice.map(adviceJson),
  }
}

/** A step of advice, the same in frames and in `llmtop.fit/1`. */
export function adviceJson(advice: Advice): Readonly<Record<string, string | number | boolean | null>> {
  return {
    action: advice.action,
    command: advice.command ?? null,
    freesBytes: advice.freesBytes ?? null,
    addsTokens: advice.addsTokens ?? null,
    restart: advice.restart,
    quality: advice.quality ?? null,
  }
}
