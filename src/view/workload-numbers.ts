import { formatBytesShort, formatCount, formatDuration, formatGib } from '../core/format.ts'
import { both, map, missing, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import { GIB } from '../core/units.ts'
import type { Workload } from '../model/workload.ts'
import { MISSING, shown } from './wording.ts'

/** Used share of the KV cache as percent, 0–100. */
export function kvPercent(workload: Workload | undefined): Reading<number> {
  return workload === undefined ? missing('not-reported') : map(workload.kv.usedRatio, (ratio) => 100 * ratio)
}

/**
 * `41.8/52.3G` of a pool; `80 %` where its size is unknown; `12.1G` of a cache that grows; `dyn. 32.3G` where KV and
 * activations can't be told apart.
 */
export function kvUsedOfCapacity(workload: Workload): string {
  const { usedBytes, capacityBytes, usedRatio, usedTokens, capacityTokens } = workload.kv
  const used = usedBytes.kind === 'known' ? usedBytes : both(usedRatio, capacityBytes, (a, b) => a * b)
  if (used.kind === 'known' && capacityBytes.kind === 'known')
    return `${inPool(used.value, capacityBytes.value)}/${inPool(capacityBytes.value, capacityBytes.value)}G`
  if (usedRatio.kind === 'known') return `${(100 * usedRatio.value).toFixed(0)} %`
  if (used.kind === 'known') return formatBytesShort(used.value)
  if (usedTokens.kind === 'known' && capacityTokens.kind === 'known')
    return `${tokensShort(usedTokens.value)}/${tokensShort(capacityTokens.value)}`
  return shown(dynamicBytes(workload), (bytes) => `dyn. ${formatBytesShort(bytes).padStart(5)}`)
}

// Both in the same form: a decimal where it says something.
function inPool(bytes: number, capacityBytes: number): string {
  return capacityBytes >= 100 * GIB ? (bytes / GIB).toFixed(0) : formatGib(bytes)
}

/** What an engine holds beside its weights, where of that no more is known. */
export function dynamicBytes({ memory, kv }: Workload): Reading<number> {
  const { weightsBytes, kvBytes } = memory.slices
  if (kvBytes.kind === 'known' || kv.usedRatio.kind === 'known') return missing('not-reported')
  return both(memory.usedBytes, weightsBytes, (used, weights) => Math.max(0, used - weights))
}

/** `428k`, `12k`, `900`. */
export function tokensShort(tokens: number): string {
  if (tokens >= 10_000_000) return `${(tokens / 1_000_000).toFixed(0)}M`
  return tokens >= 10_000 ? `${(tokens / 1000).toFixed(0)}k` : tokens.toFixed(0)
}

/** Generated tokens a second. */
export function tokenRate(workload: Workload): string {
  return shown(workload.throughput.generatedTokensPerSecond, formatCount)
}

/** `31`, or `31+4` with four that wait. */
export function requestCount({ requests }: Workload): string {
  const waiting = valueOr(requests.waiting, 0)
  return shown(requests.running, (running) => `${running}${waiting > 0 ? `+${waiting}` : ''}`)
}

/** How long nothing has been asked of it; a dash while it works. */
export function idleTime({ idleSeconds, state }: Workload): string {
  if (state !== 'serving' && state !== 'idle') return state
  return idleSeconds.kind === 'known' && idleSeconds.value >= 1
    ? formatDuration(1000 * Math.floor(idleSeconds.value)).replace('.0', '')
    : MISSING
}
