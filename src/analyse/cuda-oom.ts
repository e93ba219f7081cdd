import { formatBytes, formatCount, formatDuration, formatGrowth } from '../core/format.ts'
import { valueOr } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { EtaRange, RiskLevel } from '../model/risk.ts'
import type { Trend } from '../model/trend.ts'
import type { Workload } from '../model/workload.ts'
import { engineOf } from '../engines/index.ts'
import { adviseAgainstCudaOom } from './advice.ts'
import type { RiskCandidate } from './risk-book.ts'
import type { RiskRules } from './rules.ts'

type Growth = Extract<Trend, { kind: 'growing' | 'shrinking' }>

/**
 * A card that fills because an on-demand allocator on it grows. A preallocating engine's memory is flat by design, and a
 * process of unknown engine may just be loading: neither raises this.
 * @param gpuTrend where the used memory of the whole card is going
 * @param spanMs how long it has been watched
 */
export function cudaOomOf(
  gpu: GpuState,
  gpuTrend: Trend,
  spanMs: number,
  workloads: readonly Workload[],
  rules: RiskRules,
): RiskCandidate | undefined {
  if (gpuTrend.kind !== 'growing' || gpu.memory.freeBytes.kind === 'missing') return undefined
  const cause = fastestGrowing(gpu, workloads)
  if (cause === undefined) return undefined
  const headroomBytes = gpu.memory.freeBytes.value
  const eta = etaOf(headroomBytes, gpuTrend)
  const level = levelOf(eta, spanMs, rules)
  if (level === undefined) return undefined
  return {
    id: `cuda-oom:${gpu.uuid}`,
    class: 'cuda-oom',
    level,
    gpu: gpu.uuid,
    gpus: [gpu.uuid],
    workload: cause.id,
    mig: undefined,
    eta,
    summary: summaryOf(gpu, cause, headroomBytes, gpuTrend, eta),
    evidence: [
      `GPU ${gpu.index} has grown ${formatGrowth(gpuTrend.bytesPerSecond)} over the last ${formatDuration(spanMs)}`,
      `${formatBytes(headroomBytes)} are free of what the driver does not reserve${inTokens(cause)}`,
      `${cause.id} takes memory as it generates, so its growth goes on with its work`,
    ],
    advice: adviseAgainstCudaOom(cause),
  }
}

function fastestGrowing(gpu: GpuState, workloads: readonly Workload[]): Workload | undefined {
  return workloads
    .filter(({ memory }) => memory.perGpu.some(({ uuid }) => uuid === gpu.uuid))
    .filter(({ kv }) => valueOr(kv.growth, undefined) === 'on-demand')
    .filter(({ trend }) => trend.memory.kind === 'growing')
    .sort((a, b) => growthRate(b.trend.memory) - growthRate(a.trend.memory))[0]
}

function growthRate(trend: Trend): number {
  return trend.kind === 'growing' ? trend.bytesPerSecond : 0
}

function etaOf(headroomBytes: number, trend: Growth): EtaRange {
  return {
    seconds: headroomBytes / trend.bytesPerSecond,
    lowSeconds: headroomBytes / trend.highBytesPerSecond,
    highSeconds: trend.lowBytesPerSecond > 0 ? headroomBytes / trend.lowBytesPerSecond : undefined,
  }
}

function levelOf(eta: EtaRange, spanMs: number, rules: RiskRules): RiskLevel | undefined {
  const etaMs = eta.seconds * 1000
  if (etaMs > Math.min(rules.watchEtaMs, rules.horizonWindows * spanMs)) return undefined
  if (eta.lowSeconds * 1000 < rules.criticalEtaMs) return 'critical'
  return etaMs < rules.warnEtaMs ? 'warn' : 'watch'
}

function summaryOf(
  gpu: GpuState,
  cause: Workload,
  headroomBytes: number,
  trend: Growth,
  eta: EtaRange,
): string {
  const who = `${engineOf(cause.engine).label} ${cause.rootPid}${ofUser(cause)}`
  const pace = formatGrowth(trend.bytesPerSecond).replace('+', '')
  return `GPU ${gpu.index} runs out of memory in ${formatEta(eta)}: ${who} grows ${pace}, ${formatBytes(headroomBytes)} left; its request or the process then fails`
}

function inTokens({ headroom }: Workload): string {
  return headroom.tokens.kind === 'known' ? `: about ${formatCount(headroom.tokens.value)} more tokens` : ''
}

function ofUser(workload: Workload): string {
  return workload.user.kind === 'known' ? ` (${workload.user.value})` : ''
}

/** `4–6 min`, or `at least 4 min` where no upper end is known. */
function formatEta({ lowSeconds, highSeconds }: EtaRange): string {
  const low = formatDuration(lowSeconds * 1000)
  if (highSeconds === undefined) return `at least ${low}`
  const high = formatDuration(highSeconds * 1000)
  if (low === high) return low
  const [lowNumber, lowUnit] = low.split(' ')
  return high.endsWith(` ${lowUnit ?? ''}`) ? `${lowNumber ?? ''}–${high}` : `${low} to ${high}`
}
