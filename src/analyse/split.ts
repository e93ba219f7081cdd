import { both, known, missing, sum, sumOfKnown, type Missing, type Reading } from '../core/reading.ts'
import type { Estimate, GpuEstimate } from '../estimate/estimate-types.ts'
import type { EngineReport } from '../engines/engine.ts'
import type { ReportedMemory } from '../model/reported-memory.ts'
import type { KvCache } from '../model/workload.ts'
import { partsOfLog } from './log-split.ts'
import { addParts, noParts, type Parts } from './parts.ts'
import type { Device, WorkloadEstimate } from './estimated.ts'

/** A workload's memory by part, as far as the engine's own words and the estimator tell. */
export interface Split {
  readonly kv: KvCache
  /** All devices together; of a workload without any GPU what it has in RAM. */
  readonly parts: Parts
  readonly perDevice: readonly DeviceParts[]
  readonly onCpuRatio: Reading<number>
}

export interface DeviceParts {
  readonly device: Device
  readonly parts: Parts
}

/**
 * Divides what a workload holds. What the engine says of itself stands before what the estimator computes.
 * @param usedBytes what the driver reports of the whole workload
 */
export function splitOf(
  report: EngineReport,
  estimated: Reading<WorkloadEstimate>,
  usedBytes: Reading<number>,
  printed: Printed,
): Split {
  if (estimated.kind === 'missing') return printedSplit(report, estimated, printed)
  const { estimate, devices } = estimated.value
  const kv = kvOf(report, estimated.value)
  const onCpuRatio =
    report.onCpuRatio.kind === 'known' ? report.onCpuRatio : cpuShare(estimated.value, usedBytes)
  if (devices.length === 0) return { kv, parts: hostParts(estimate), perDevice: [], onCpuRatio }
  const no = whyUndivided(report, estimated.value, usedBytes)
  const perDevice = devices.map((device, at) => ({
    device,
    parts: no === undefined ? deviceParts(estimated.value, kv, at) : noParts(no),
  }))
  return { kv, parts: addParts(perDevice.map(({ parts }) => parts)), perDevice, onCpuRatio }
}

/** What the engine printed when it started, for the cards of the workload in their order. */
export interface Printed {
  readonly reported: ReportedMemory | undefined
  readonly devices: readonly Device[]
}

/** Of a model whose shape is not known there is only what the engine itself printed. */
function printedSplit(report: EngineReport, no: Missing, { reported, devices }: Printed): Split {
  const { onCpuRatio, kv } = report
  if (reported === undefined || report.state === 'sleeping') {
    return { kv, parts: noParts(no), perDevice: [], onCpuRatio }
  }
  const perDevice = devices.map((device, at) => ({ device, parts: partsOfLog(reported, at) }))
  const parts = addParts(perDevice.map((one) => one.parts))
  const { kvTokens } = reported
  const isTold = kv.capacityTokens.kind === 'known' || kvTokens === undefined
  return {
    kv: {
      ...kv,
      capacityTokens: isTold ? kv.capacityTokens : known(kvTokens),
      capacityBytes: parts.kvBytes,
      usedBytes: both(kv.usedRatio, parts.kvBytes, (used, bytes) => Math.round(used * bytes)),
    },
    parts,
    perDevice,
    onCpuRatio,
  }
}

/** Bytes of the cache: those that the engine printed, else its tokens times what the model says that one costs. */
function kvOf({ kv }: EngineReport, { estimate, input }: WorkloadEstimate): KvCache {
  const { bytesPerToken } = estimate.kv
  if (kv.growth.kind === 'known' && kv.growth.value === 'on-demand') return { ...kv, bytesPerToken }
  const hasRules = estimate.kvGrowth === 'preallocated'
  const capacityTokens =
    kv.capacityTokens.kind === 'known' || !hasRules ? kv.capacityTokens : estimate.kv.capacityTokens
  const capacityBytes = saysKv(input.reported)
    ? estimate.kv.bytes
    : both(capacityTokens, bytesPerToken, (tokens, bytes) => Math.round(tokens * bytes))
  return {
    ...kv,
    bytesPerToken,
    capacityTokens,
    capacityBytes,
    usedBytes: usedBytesOf(kv, capacityBytes, bytesPerToken),
  }
}

function saysKv(reported: ReportedMemory | undefined): boolean {
  if (reported === undefined) return false
  return reported.kvBytes !== undefined || reported.devices.some(({ kvBytes }) => kvBytes > 0)
}

function usedBytesOf(
  { usedTokens, usedRatio }: KvCache,
  capacityBytes: Reading<number>,
  bytesPerToken: Reading<number>,
): Reading<number> {
  if (usedTokens.kind === 'missing' && usedRatio.kind === 'known') {
    return both(usedRatio, capacityBytes, (ratio, bytes) => Math.round(ratio * bytes))
  }
  return both(usedTokens, bytesPerToken, (tokens, bytes) => Math.round(tokens * bytes))
}

/** What else the estimator knows of the host are limits (the prompt cache), not what is there. */
function hostParts({ host }: Estimate): Parts {
  const no = missing('not-supported', 'it uses no GPU')
  return { ...noParts(no), weightsBytes: host.weightsBytes, kvBytes: host.kvBytes }
}

/** Why nothing can be said of the parts that are on the cards just now. */
function whyUndivided(
  { state, onCpuRatio }: EngineReport,
  { estimate }: WorkloadEstimate,
  usedBytes: Reading<number>,
): Reading<number> | undefined {
  if (state === 'sleeping') return missing('not-reported', 'it sleeps, and has given its parts back')
  if (state === 'loading') return missing('not-yet-known', 'it is still loading')
  // the engine itself says how much of it is on the CPU, and the estimate was made with that
  if (onCpuRatio.kind === 'known' && onCpuRatio.value > 0) return undefined
  return isTooSmall(estimate, usedBytes) ? missing('not-reported', 'some of it is on the CPU') : undefined
}

/** The driver reports less than the weights alone need: the loader has put some on the CPU, and which is not to be seen. */
function isTooSmall({ perGpu }: Estimate, usedBytes: Reading<number>): boolean {
  const weightsBytes = sumOfKnown(perGpu.map((gpu) => gpu.weightsBytes))
  const less = both(usedBytes, weightsBytes, (used, weights) => used < weights)
  return less.kind === 'known' && less.value
}

function deviceParts({ estimate, input }: WorkloadEstimate, kv: KvCache, at: number): Parts {
  const gpu = estimate.perGpu[at]
  if (gpu === undefined) return noParts(missing('not-reported', 'no part of the model is meant for it'))
  const { weightsBytes, stateBytes, activationsBytes, overheadBytes } = gpu
  if (kv.growth.kind === 'known' && kv.growth.value === 'on-demand') {
    const no = missing('not-reported', 'KV and activations grow together in one allocator')
    return { ...noParts(no), weightsBytes, overheadBytes }
  }
  if (estimate.kvGrowth === 'on-demand') {
    const no = missing('not-supported', `llmtop has no rules of its own for ${input.settings.engine}`)
    return { ...noParts(no), weightsBytes, overheadBytes, kvBytes: firstOf(kvShare(estimate, kv, at), no) }
  }
  const kvBytes = firstOf(kvShare(estimate, kv, at), gpu.kvBytes)
  return { weightsBytes, kvBytes, stateBytes, activationsBytes, overheadBytes }
}

function firstOf(measured: Reading<number>, computed: Reading<number>): Reading<number> {
  return measured.kind === 'known' ? measured : computed
}

/**
 * The card's share of a cache whose size the engine tells only as a whole: as the estimator divides it among the cards
 * and the host. Cut at rounded ends, so that the shares sum to the whole.
 */
function kvShare({ perGpu, kv }: Estimate, { capacityBytes }: KvCache, at: number): Reading<number> {
  const whole = kv.bytes
  const upTo = (count: number): Reading<number> => sum(perGpu.slice(0, count).map((gpu) => gpu.kvBytes))
  const end = (count: number): Reading<number> =>
    both(capacityBytes, both(upTo(count), whole, ratio), (bytes, part) => Math.round(bytes * part))
  return both(end(at + 1), end(at), (high, low) => high - low)
}

function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole
}

/** Of the weights, by where the settings put them; only llama.cpp's family leaves layers on the CPU. */
function cpuShare({ estimate, input }: WorkloadEstimate, usedBytes: Reading<number>): Reading<number> {
  const { gpuLayers, cpuMoeLayers, cpuFfnLayers } = input.settings
  const { perGpu, host } = estimate
  const onGpus = sum(perGpu.map((gpu: GpuEstimate) => gpu.weightsBytes))
  if (input.topology.gpus.length === 0) return known(1, 'derived')
  const isAllOnGpu =
    (gpuLayers === undefined || gpuLayers > input.architecture.layers) &&
    cpuMoeLayers === undefined &&
    cpuFfnLayers === undefined
  if (!isAllOnGpu) return both(host.weightsBytes, onGpus, (cpu, gpus) => ratio(cpu, cpu + gpus))
  return isTooSmall(estimate, usedBytes)
    ? missing('not-reported', 'how much of it is on the CPU is not to be seen')
    : known(0, 'derived')
}
