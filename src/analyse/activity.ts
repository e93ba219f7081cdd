import { known, map, missing, type Reading } from '../core/reading.ts'
import type { Workload } from '../model/workload.ts'
import type { EngineReport, TokenCount } from '../engines/engine.ts'

/** What a workload did lately, by its id: needs the answer before the newest one. */
export type ActivityBook = ReadonlyMap<string, Activity>

export interface Activity extends Pick<Workload, 'throughput' | 'idleSeconds'> {
  readonly counted: TokenCount | undefined
  /** When it was last seen at work, or first seen at all. */
  readonly busyAtMs: number
}

/** What of an engine's report tells of its activity. */
export type Counts = Pick<EngineReport, 'counted' | 'requests'>

/** The book after this tick; workloads that are gone are forgotten. */
export function followActivity(
  book: ActivityBook,
  reports: readonly (readonly [id: string, report: Counts])[],
  nowMs: number,
): ActivityBook {
  return new Map(reports.map(([id, report]) => [id, activityOf(book.get(id), report, nowMs)]))
}

function activityOf(before: Activity | undefined, report: Counts, nowMs: number): Activity {
  const counted = report.counted.kind === 'known' ? report.counted.value : undefined
  const throughput = throughputOf(before, report.counted)
  const busyAtMs =
    before === undefined || isBusy(report.requests.running, throughput) ? nowMs : before.busyAtMs
  return {
    counted,
    throughput,
    busyAtMs,
    idleSeconds: map(report.requests.running, () => (nowMs - busyAtMs) / 1000),
  }
}

function isBusy(running: Reading<number>, { generatedTokensPerSecond }: Workload['throughput']): boolean {
  if (running.kind === 'known' && running.value > 0) return true
  return generatedTokensPerSecond.kind === 'known' && generatedTokensPerSecond.value > 0
}

/** Of the time between two answers; while no newer one comes, the last rate stands. */
function throughputOf(before: Activity | undefined, counted: Reading<TokenCount>): Workload['throughput'] {
  if (counted.kind === 'missing') return both(counted)
  const earlier = before?.counted
  if (before === undefined || earlier === undefined) return both(missing('not-yet-known'))
  const elapsedMs = counted.value.atMs - earlier.atMs
  if (elapsedMs <= 0) return before.throughput
  const { newKeysBeginAtZero = false } = counted.value
  const rate = (kind: 'prompt' | 'generated'): Reading<number> =>
    counted.value[kind].size === 0 && !newKeysBeginAtZero
      ? missing('not-reported')
      : known((rise(earlier[kind], counted.value[kind], newKeysBeginAtZero) * 1000) / elapsedMs, 'derived')
  return { promptTokensPerSecond: rate('prompt'), generatedTokensPerSecond: rate('generated') }
}

function both(reading: Reading<number>): Workload['throughput'] {
  return { promptTokensPerSecond: reading, generatedTokensPerSecond: reading }
}

/** A counter that fell has begun anew at zero. */
function rise(
  earlier: ReadonlyMap<string, number>,
  later: ReadonlyMap<string, number>,
  newKeysBeginAtZero: boolean,
): number {
  let total = 0
  for (const [key, value] of later) {
    const start = earlier.get(key) ?? (newKeysBeginAtZero ? 0 : value)
    total += value >= start ? value - start : value
  }
  return total
}
