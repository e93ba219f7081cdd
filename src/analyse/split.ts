import { both, map, missing, sumOfKnown, type Reading } from '../core/reading.ts'
import type { Estimate, GpuEstimate } from '../estimate/estimate-types.ts'
import type { EngineReport } from '../engines/engine.ts'
import type { KvCache } from '../model/workload.ts'
import type { WorkloadEstimate } from './estimated.ts'

/**
 * The report with what the estimator can add: bytes of a token, and with them bytes of the cache; then the parts of its
 * memory. What the engine says of itself always stands. A sleeping engine has given its parts back.
 */
export function withEstimate(
  report: EngineReport,
  estimated: Reading<WorkloadEstimate>,
  usedBytes: Reading<number>,
): EngineReport {
  if (estimated.kind === 'missing' || report.state === 'sleeping') return report
  const { estimate, devices } = estimated.value
  const onDemand = report.kv.growth.kind === 'known' && report.kv.growth.value === 'on-demand'
  const kv = onDemand
    ? { ...report.kv, bytesPerToken: estimate.kv.bytesPerToken }
    : withBytes(report.kv, estimate)
  const slices = devices.length === 0 ? hostSlices(estimate) : gpuSlices(estimate, kv, usedBytes)
  return { ...report, kv, slices }
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
