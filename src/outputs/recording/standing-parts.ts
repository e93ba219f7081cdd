import type { Part, RawSample } from '../../model/sample.ts'

/** The newest answer to one question, which stands until a newer one comes. */
export interface StandingPart {
  readonly part: Exclude<Part, { kind: 'same' }>
  /** When it arrived, in the samples' own `elapsedMs`. */
  readonly arrivedAtMs: number
  /** The sequence of the sample line that holds it whole; undefined where none does. */
  readonly wholeIn: number | undefined
}

/** The newest answers of one host, by part name. */
export interface StandingParts {
  enter(name: string, standing: StandingPart): void
  /** The line of that sample holds it whole. */
  noteLine(name: string, sequence: number): void
  /** A new segment begins: no line holds anything yet. */
  forgetLines(): void
  /** Those that are still valid at `sample` and are not renewed by it, the smallest first. Forgets the others. */
  notRenewedBy(sample: RawSample): readonly (readonly [string, StandingPart])[]
}

/** What is known of a process goes when nothing was heard of it for so long, as in the fold. */
const KEEP_PROCESS_MS = 30_000
const KEEP_PROCESS_INTERVALS = 3
/** Of everything else there may be so much; then what was not renewed for the longest goes. */
const MOST_CHARACTERS = 48 * 1024 ** 2

export function standingParts(): StandingParts {
  const standing = new Map<string, StandingPart>()
  return {
    enter(name, next) {
      const before = standing.get(name)
      // a failed attempt does not undo what was read before it; the next attempt will say that it fails
      if (next.part.kind === 'fault' && before !== undefined && before.part.kind !== 'fault') return
      // deleted first, so that the map stays in the order of renewal
      standing.delete(name)
      standing.set(name, next)
    },
    noteLine(name, sequence) {
      const present = standing.get(name)
      if (present !== undefined) standing.set(name, { ...present, wholeIn: sequence })
    },
    forgetLines() {
      for (const [name, present] of standing) standing.set(name, { ...present, wholeIn: undefined })
    },
    notRenewedBy(sample) {
      forget(standing, namesOfGone(standing, sample))
      forget(standing, namesTooMany(standing))
      return [...standing]
        .filter(([name]) => !isRenewed(sample.parts.get(name)))
        .sort(([, a], [, b]) => charactersOf(a.part) - charactersOf(b.part))
    },
  }
}

/** How much room a part takes in a line, about. */
export function charactersOf(part: Part): number {
  switch (part.kind) {
    case 'text':
      return part.text.length
    case 'bytes':
      return part.base64.length
    case 'fault':
    case 'same':
      return 0
  }
}

function isRenewed(part: Part | undefined): boolean {
  return part !== undefined && part.kind !== 'same'
}

function forget(standing: Map<string, StandingPart>, names: readonly string[]): void {
  for (const name of names) standing.delete(name)
}

function namesOfGone(standing: ReadonlyMap<string, StandingPart>, sample: RawSample): readonly string[] {
  const keepMs = Math.max(KEEP_PROCESS_MS, KEEP_PROCESS_INTERVALS * sample.intervalMs)
  const heardOf = new Set<string>()
  for (const [name, { arrivedAtMs }] of standing) {
    if (!name.startsWith('proc/') || sample.elapsedMs - arrivedAtMs > keepMs) continue
    heardOf.add(pidOf(name) ?? '')
  }
  for (const name of sample.parts.keys()) if (name.startsWith('proc/')) heardOf.add(pidOf(name) ?? '')
  return [...standing.keys()].filter((name) => {
    const pid = pidOf(name)
    return pid !== undefined && !heardOf.has(pid)
  })
}

// proc/4242/stat, log/4242, sockets/4242; file/@4242/models/x
const PART_OF_PROCESS = /^(?:proc|env|log|sockets)\/(\d+)(?:\/|$)|^(?:file|head|listing)\/@(\d+)\//

function pidOf(name: string): string | undefined {
  const match = PART_OF_PROCESS.exec(name)
  return match?.[1] ?? match?.[2]
}

function namesTooMany(standing: ReadonlyMap<string, StandingPart>): readonly string[] {
  let total = 0
  const newestFirst = [...standing].reverse()
  return newestFirst.flatMap(([name, { part }]) => {
    total += charactersOf(part) + name.length
    return total > MOST_CHARACTERS ? [name] : []
  })
}
