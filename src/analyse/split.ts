import { both, known, map, missing, sumOfKnown, type Reading } from '../core/reading.ts'
import { estimate } from '../estimate/estimate.ts'
import type { Estimate, GpuEstimate } from '../estimate/estimate-types.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { GpuCapacity, GpuTopology } from '../estimate/topology.ts'
import type { EngineReport } from '../engines/engine.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { KvCache } from '../model/workload.ts'
import type { Holding } from './claims.ts'

/**
 * The report with what the estimator can add: bytes of a token, and with them bytes of the cache; then the parts of its
 * memory. What the engine says of itself always stands. A sleeping engine has given its parts back.
 */
export function withEstimate(
  report: EngineReport,
  holdings: readonly Holding[],
  gpus: readonly Gpu[],
  usedBytes: Reading<number>,
): EngineReport {
  const estimated = estimateOf(report, holdings, gpus)
  if (estimated === undefined || report.state === 'sleeping') return report
  const onDemand = report.kv.growth.kind === 'known' && report.kv.growth.value === 'on-demand'
  const kv = onDemand
    ? { ...report.kv, bytesPerToken: estimated.kv.bytesPerToken }
    : withBytes(report.kv, estimated)
  const slices = holdings.length === 0 ? hostSlices(estimated) : gpuSlices(estimated, kv, usedBytes)
  return { ...report, kv, slices }
}

function estimateOf(
  { known: input }: EngineReport,
  holdings: readonly Holding[],
  gpus: readonly Gpu[],
): Estimate | undefined {
  if (input === undefined) return undefined
  const uuids = new Set(holdings.map(({ gpuUuid }) => gpuUuid))
  const own = gpus.filter(({ uuid }) => uuids.has(uuid)).map(capacityOf)
  const topology: GpuTopology = { gpus: own, host: { totalBytes: UNASKED, availableBytes: UNASKED } }
  const settings: EngineSettings = own.length === 0 ? { ...input.settings, gpuLayers: 0 } : input.settings
  const { shape } = input
  const key = JSON.stringify([
    settings,
    topology,
    shape.weights.kind === 'quantization' ? shape.weights.name : '',
  ])
  const remembered = ESTIMATES.get(shape.architecture) ?? new Map<string, Estimate>()
  const present = remembered.get(key)
  if (present !== undefined) return present
  const made = estimate({ ...shape, settings, topology })
  if (remembered.size >= MOST_REMEMBERED) remembered.clear()
  ESTIMATES.set(shape.architecture, remembered.set(key, made))
  return made
}

// the same question comes with every tick; what is remembered follows from it alone
const ESTIMATES = new WeakMap<object, Map<string, Estimate>>()
const MOST_REMEMBERED = 16
const UNASKED = missing('not-reported')

function capacityOf({ name, memory, unifiedMemory }: Gpu): GpuCapacity {
  return {
    name: known(name),
    totalBytes: memory.totalBytes,
    reservedBytes: memory.reservedBytes,
    freeBytes: UNASKED,
    unifiedMemory,
  }
}

/** The engine counts tokens, the model says what one costs. */
function withBytes(kv: KvCache, { kv: estimated }: Estimate): KvCache {
  const { bytesPerToken } = estimated
  const capacityTokens = kv.capacityTokens.kind === 'known' ? kv.capacityTokens : estimated.capacityTokens
  return {
    ...kv,
    bytesPerToken,
    capacityTokens,
    capacityBytes: both(capacityTokens, bytesPerToken, product),
    usedBytes: both(kv.usedTokens, bytesPerToken, product),
  }
}

function product(tokens: number, bytesPerToken: number): number {
  return Math.round(tokens * bytesPerToken)
}

/** What else the estimator knows of the host are limits (the prompt cache), not what is there. */
function hostSlices({ host }: Estimate): EngineReport['slices'] {
  const no = missing('not-supported', 'it uses no GPU')
  return {
    weightsBytes: host.weightsBytes,
    kvBytes: host.kvBytes,
    stateBytes: no,
    activationsBytes: no,
    overheadBytes: no,
  }
}

/**
 * Where the parts can't all be on the cards, because the driver reports less than the weights alone need, the loader has
 * put some of them on the CPU, and which ones is not to be seen.
 */
function gpuSlices(estimated: Estimate, kv: KvCache, usedBytes: Reading<number>): EngineReport['slices'] {
  const { perGpu } = estimated
  const part = (read: (gpu: GpuEstimate) => Reading<number>): Reading<number> => sumOfKnown(perGpu.map(read))
  const weightsBytes = part((gpu) => gpu.weightsBytes)
  if (usedBytes.kind === 'known' && weightsBytes.kind === 'known' && usedBytes.value < weightsBytes.value) {
    const no = missing('not-reported', 'some of it is on the CPU')
    return { weightsBytes: no, kvBytes: no, stateBytes: no, activationsBytes: no, overheadBytes: no }
  }
  if (kv.growth.kind === 'known' && kv.growth.value === 'on-demand') {
    const no = missing('not-reported', 'KV and activations grow together in one allocator')
    return { weightsBytes, kvBytes: no, stateBytes: no, activationsBytes: no, overheadBytes: no }
  }
  const pool = kv.growth.kind === 'known'
  return {
    weightsBytes,
    kvBytes:
      pool && kv.capacityBytes.kind === 'known'
        ? map(kv.capacityBytes, (bytes) => bytes)
        : part((gpu) => gpu.kvBytes),
    stateBytes: part((gpu) => gpu.stateBytes),
    activationsBytes: part((gpu) => gpu.activationsBytes),
    overheadBytes: part((gpu) => gpu.overheadBytes),
  }
}
