/** Why a value is not there. Never shown as zero. */
export type MissingReason = 'not-reported' | 'not-supported' | 'no-permission' | 'not-yet-known' | 'malformed'

/** How a known value came about: read from the machine, computed by us, or stated by a setting. */
export type Basis = 'measured' | 'derived' | 'declared'

export interface Known<T> {
  readonly kind: 'known'
  readonly value: T
  readonly basis: Basis
}

export interface Missing {
  readonly kind: 'missing'
  readonly reason: MissingReason
  /** The text found instead, or one sentence more; already free of control characters. */
  readonly detail?: string
}

/** A value that may be missing for a stated reason. Zero means measured zero. */
export type Reading<T> = Known<T> | Missing

export function known<T>(value: T, basis: Basis = 'measured'): Known<T> {
  return { kind: 'known', value, basis }
}

export function missing(reason: MissingReason, detail?: string): Missing {
  return detail === undefined ? { kind: 'missing', reason } : { kind: 'missing', reason, detail }
}

/** Applies `change` to a known value; the result is derived. */
export function map<T, U>(reading: Reading<T>, change: (value: T) => U): Reading<U> {
  return reading.kind === 'known' ? known(change(reading.value), 'derived') : reading
}

/** Combines two readings; the first missing one decides the reason. */
export function both<T, U, V>(a: Reading<T>, b: Reading<U>, combine: (a: T, b: U) => V): Reading<V> {
  if (a.kind === 'missing') return a
  if (b.kind === 'missing') return b
  return known(combine(a.value, b.value), 'derived')
}

/** The sum of all readings; missing when any of them is, because a part of a sum is not the sum. */
export function sum(readings: readonly Reading<number>[]): Reading<number> {
  return readings.reduce<Reading<number>>(
    (total, next) => both(total, next, (a, b) => a + b),
    known(0, 'derived'),
  )
}

/** The sum of the readings that are known; missing (with the first reason) only when none of them is. */
export function sumOfKnown(readings: readonly Reading<number>[]): Reading<number> {
  let total = 0
  let isAnyKnown = false
  for (const reading of readings) {
    if (reading.kind === 'missing') continue
    total += reading.value
    isAnyKnown = true
  }
  const [first] = readings
  return isAnyKnown || first === undefined ? known(total, 'derived') : first
}

/** The value, or `fallback` where it is missing: for drawing and comparing only, never for arithmetic. */
export function valueOr<T, U>(reading: Reading<T>, fallback: U): T | U {
  return reading.kind === 'known' ? reading.value : fallback
}

/** The first known reading, else the last one. */
export function firstKnown<T>(first: Reading<T>, ...others: readonly Reading<T>[]): Reading<T> {
  let best = first
  for (const next of others) {
    if (best.kind === 'known') return best
    best = next
  }
  return best
}
