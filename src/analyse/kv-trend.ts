import { valueOr } from '../core/reading.ts'
import type { Trend } from '../model/trend.ts'
import type { AttributedWorkload } from './attribute.ts'
import { kvKey } from './observations.ts'
import type { TrendRules } from './rules.ts'
import { asTrend, type WindowBook } from './windows.ts'

/** Where the KV cache of a workload is going: its fullest replica, in tokens and in bytes of the whole cache. */
export function kvTrendOf({ id, kv }: AttributedWorkload, windows: WindowBook, rules: TrendRules): Trend {
  if (kv.usedRatio.kind === 'missing')
    return { kind: 'unknown', why: kv.usedRatio.detail ?? 'it does not say how full its cache is' }
  const capacityBytes = valueOr(kv.capacityBytes, undefined)
  const trend = asTrend(windows.get(kvKey(id)), rules, capacityBytes ?? 1)
  if (trend.kind !== 'growing' && trend.kind !== 'shrinking') return trend
  if (capacityBytes === undefined || capacityBytes === 0)
    return { kind: 'unknown', why: 'it moves, and what its cache is in bytes is not known' }
  const { capacityTokens } = kv
  return capacityTokens.kind === 'known'
    ? { ...trend, tokensPerSecond: (trend.bytesPerSecond / capacityBytes) * capacityTokens.value }
    : trend
}
