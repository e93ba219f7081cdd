import type { Observation } from './windows.ts'
import type { TrendRules } from './rules.ts'

/** How high everything that breathes has been, by the key of its window. It outlives gaps and windows. */
export type HeightBook = ReadonlyMap<string, Height>

export interface Height {
  /** Whose it is: what others did says nothing of what these will do. */
  readonly owner: string
  /** The highest since it last came down; -Infinity: nothing was seen yet. */
  readonly latest: number
  /** The highest that it has ever come down from; -Infinity: from none. */
  readonly returnedFrom: number
}

/** The book with what is observed now; what is no longer observed, or has other owners, is forgotten. */
export function followHeights(
  book: HeightBook,
  observations: readonly Observation[],
  { returnRatio }: TrendRules,
): HeightBook {
  return new Map(
    observations.flatMap(({ key, owner, value }): readonly (readonly [string, Height])[] => {
      if (owner === undefined) return []
      const found = book.get(key)
      const before = found?.owner === owner ? found : { ...UNSEEN, owner }
      return [[key, value.kind === 'missing' ? before : heightWith(before, value.value, returnRatio)]]
    }),
  )
}

/** Higher than anything that it has come back from: what breathes is news only beyond its last breaths. */
export function isNewHeight(height: Height | undefined, value: number, { breathRatio }: TrendRules): boolean {
  return height === undefined || value > height.returnedFrom * (1 + breathRatio)
}

const UNSEEN = { latest: -Infinity, returnedFrom: -Infinity }

function heightWith({ owner, latest, returnedFrom }: Height, value: number, returnRatio: number): Height {
  return value < latest * (1 - returnRatio)
    ? { owner, latest: value, returnedFrom: Math.max(returnedFrom, latest) }
    : { owner, latest: Math.max(latest, value), returnedFrom }
}
