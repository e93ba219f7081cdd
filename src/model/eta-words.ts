import type { EtaRange } from './risk.ts'

/** A range of time as it is said: between two numbers, about one of them, or bounded on one side only. */
export interface EtaWords {
  readonly kind: 'about' | 'between' | 'at-least' | 'less-than'
  /** `110 s`, `4–6 min`: what stands behind the word or the sign for the kind. */
  readonly text: string
}

/**
 * A range of time in numbers no finer than what is known, so that they stay the same from sample to sample. Ends that are
 * nearly the same are one number; others are rounded outwards, so that the truth is within.
 */
export function etaWords({ seconds, lowSeconds, highSeconds }: EtaRange): EtaWords {
  if (highSeconds === undefined) return { kind: 'at-least', text: words(lowSeconds, Math.floor) }
  const isNearlyOne =
    highSeconds - lowSeconds <= NEARLY_ONE * seconds ||
    words(lowSeconds, Math.round) === words(highSeconds, Math.round)
  if (isNearlyOne && seconds >= 1) return { kind: 'about', text: words(seconds, Math.round) }
  const unit = unitOf(highSeconds)
  const low = rounded(lowSeconds / unit.seconds, Math.floor)
  const high = Math.max(1, rounded(highSeconds / unit.seconds, Math.ceil))
  if (low === 0) return { kind: 'less-than', text: `${high} ${unit.name}` }
  return { kind: 'between', text: `${low}–${high} ${unit.name}` }
}

// Two ends this close, as a share of the time between them, say no more than one number.
const NEARLY_ONE = 0.2

type ToWhole = (value: number) => number

function words(seconds: number, toWhole: ToWhole): string {
  const unit = unitOf(seconds)
  return `${rounded(seconds / unit.seconds, toWhole)} ${unit.name}`
}

function unitOf(seconds: number): { readonly name: string; readonly seconds: number } {
  if (seconds < 120) return { name: 's', seconds: 1 }
  if (seconds < 7200) return { name: 'min', seconds: 60 }
  return seconds < 172_800 ? { name: 'h', seconds: 3600 } : { name: 'd', seconds: 86_400 }
}

// To fives from twenty on and to tens from sixty on.
function rounded(value: number, toWhole: ToWhole): number {
  const step = value < 20 ? 1 : value < 60 ? 5 : 10
  return step * toWhole(value / step)
}
