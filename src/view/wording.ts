import { formatBytesShort, formatDuration } from '../core/format.ts'
import { valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { Ceiling } from '../model/ceiling.ts'
import type { Link, LinkState } from '../model/sample.ts'
import { etaWords } from '../model/eta-words.ts'
import type { EtaRange, Risk, RiskClass, RiskLevel } from '../model/risk.ts'
import { RISK_LEVELS } from '../model/risk.ts'
import type { Frame } from '../model/frame.ts'
import type { Trend } from '../model/trend.ts'
import { glyph } from './glyphs.ts'

/** What stands where a value is missing: never a zero. */
export const MISSING = glyph('missing')

/** The value in words, or the sign for missing. */
export function shown<T>(reading: Reading<T>, format: (value: T) => string): string {
  return reading.kind === 'known' ? format(reading.value) : MISSING
}

/** `4–6 min`, `≈25 min`, `≥30 min`, `<1 s`: the range as far as it is known. */
export function formatEta(eta: EtaRange): string {
  const { kind, text } = etaWords(eta)
  switch (kind) {
    case 'about':
      return `${glyph('about')}${text}`
    case 'between':
      return text
    case 'at-least':
      return `${glyph('atLeast')}${text}`
    case 'less-than':
      return `<${text}`
  }
}

/** Growth per minute in a few columns: `+3.6G`, `-512M`, `steady`; an ellipsis while there is too little to tell. */
export function formatTrend(trend: Trend): string {
  switch (trend.kind) {
    case 'too-short':
      return glyph('ellipsis')
    case 'unknown':
      return MISSING
    case 'steady':
      return 'steady'
    case 'growing':
      return `+${formatBytesShort(trend.bytesPerSecond * 60)}`
    case 'shrinking':
      return `${glyph('minus')}${formatBytesShort(Math.abs(trend.bytesPerSecond * 60))}`
  }
}

/** Two letters or three, for a column. */
export function riskWord(riskClass: RiskClass): string {
  switch (riskClass) {
    case 'cuda-oom':
      return 'oom'
    case 'will-not-fit':
      return 'fit'
    case 'over-ceiling':
      return 'over'
    case 'kv-saturation':
      return 'kv'
    case 'context-limit':
      return 'ctx'
    case 'spill':
      return 'spill'
    case 'host-oom':
      return 'ram'
    case 'unified-oom':
      return 'oom'
  }
}

/** What it is called in a title. */
export function riskName(riskClass: RiskClass): string {
  switch (riskClass) {
    case 'cuda-oom':
      return 'GPU memory runs out'
    case 'will-not-fit':
      return 'does not fit'
    case 'over-ceiling':
      return 'more than was predicted'
    case 'kv-saturation':
      return 'KV cache full'
    case 'context-limit':
      return 'context full'
    case 'spill':
      return 'spills to the host'
    case 'host-oom':
      return 'host memory runs out'
    case 'unified-oom':
      return 'unified memory runs out'
  }
}

/** What bounds a ceiling. */
export function limitedBy({ limitedBy: bound }: Ceiling): string {
  switch (bound) {
    case 'device':
      return 'bounded by the card'
    case 'vram-limit':
      return 'bounded by a limit on memory of the card'
    case 'engine-budget':
      return "bounded by the engine's budget"
    case 'context-length':
      return 'at full context'
    case 'asleep':
      return 'asleep: as much as it holds now'
  }
}

/** How many risks of each level there are, worst first; levels without one are left out. */
export function riskCounts(
  risks: readonly Risk[],
): readonly { readonly level: RiskLevel; readonly count: number }[] {
  return RISK_LEVELS.toReversed()
    .map((level) => ({ level, count: risks.filter((risk) => risk.level === level).length }))
    .filter(({ count }) => count > 0)
}

/** `12:31:07` of the moment, shifted by the time zone of whoever looks. */
export function clockTime(epochMs: number, timeZoneOffsetMinutes: number): string {
  const date = new Date(epochMs + timeZoneOffsetMinutes * 60_000)
  return Number.isNaN(date.getTime()) ? MISSING : date.toISOString().slice(11, 19)
}

/** `LATE`, `DOWN`: how the host answers, when it does not answer as it should. */
export function linkWord(state: LinkState): string {
  return state === 'auth' ? 'NO LOGIN' : state.toUpperCase()
}

/** Whether a host has been without an answer for so long that what is shown of it is the past. */
export function isGone({ state }: Link): boolean {
  return state !== 'live' && state !== 'late'
}

/** What is to be said of slow GPU numbers: their age and their cost; nothing when they are as fresh as asked for. */
export function sampleAge(frame: Frame, short: boolean): string | undefined {
  if (frame.gpuSample.kind === 'missing') return undefined
  const { ageMs, tookMs } = frame.gpuSample.value
  const old = ageMs > 1.5 * frame.intervalMs
  const slow = tookMs.kind === 'known' && tookMs.value >= 0.5 * frame.intervalMs
  if (!old && !slow) return undefined
  const cost =
    tookMs.kind === 'known' ? `, ${short ? '' : 'nvidia-smi '}took ${formatDuration(tookMs.value)}` : ''
  return `${short ? '' : 'sample '}${formatDuration(ageMs)} old${cost}`
}

/** Whether GPU numbers are the past, though the host answers: nothing for three intervals and what an answer takes. */
export function isStale({ gpuSample, intervalMs }: Frame): boolean {
  if (gpuSample.kind === 'missing') return false
  const { ageMs, tookMs } = gpuSample.value
  return ageMs > 3 * intervalMs + valueOr(tookMs, 0)
}

/** Graphics card names without the maker, which is always the same, and `unknown` without what it is. */
export function shortGpuName(name: string): string {
  return name
    .replace(/^NVIDIA\s+/i, '')
    .replace(/^GeForce\s+/i, '')
    .replace(/^unknown GPU$/, 'unknown')
}

/** What to do about memory that no listed process holds: processes of ended jobs, and of containers, hold device files. */
export const WHO_HAS_THEM_OPEN = "'sudo fuser -v /dev/nvidia*' lists who has the cards open"

/** What is said where no further warning is, in this direction of time. */
export function noWarning(direction: 1 | -1): string {
  return direction === 1 ? 'no warning after this' : 'no warning before this'
}
