import type { Frame } from '../../model/frame.ts'
import type { RiskLevel } from '../../model/risk.ts'
import type { TimelineTick } from '../../model/session.ts'

/** Finds in frames, taken in order, what stands on the scrub bar. */
export interface TickFinder {
  /** Of one frame; times are its own. */
  ticksOf(frame: Frame): readonly TimelineTick[]
}

export function startTicks(): TickFinder {
  const raised = new Map<string, ReadonlyMap<string, RiskLevel>>()
  const dead = new Set<string>()
  const newest = new Map<string, number>()
  return {
    ticksOf(frame) {
      const before = raised.get(frame.host)
      const fresh = frame.risks.filter(({ id, level }) => isNews(before?.get(id), level))
      raised.set(frame.host, new Map(frame.risks.map(({ id, level }) => [id, level])))
      const deaths = frame.deaths.filter(({ workload, atElapsedMs }) => {
        const key = `${frame.host} ${workload} ${atElapsedMs}`
        return !dead.has(key) && dead.add(key)
      })
      const atMs = frame.elapsedMs
      const lengthMs = atMs - (newest.get(frame.host) ?? atMs)
      newest.set(frame.host, atMs)
      return [
        ...(frame.afterGap ? [{ atMs, kind: 'gap', lengthMs } as const] : []),
        ...fresh.map(({ level }) => ({ atMs, kind: level })),
        ...deaths.map(() => ({ atMs, kind: 'outcome' }) as const),
      ]
    },
  }
}

const RANK: Readonly<Record<RiskLevel, number>> = { watch: 1, warn: 2, critical: 3 }

function isNews(before: RiskLevel | undefined, now: RiskLevel): boolean {
  return before === undefined || RANK[now] > RANK[before]
}

/** The next or previous moment at which a warning was raised; undefined where there is none. */
export function warningBeside(
  ticks: readonly TimelineTick[],
  fromMs: number,
  direction: 1 | -1,
): number | undefined {
  const moments = ticks.flatMap(({ atMs, kind }) => (kind === 'gap' || kind === 'outcome' ? [] : [atMs]))
  return direction === 1 ? moments.find((atMs) => atMs > fromMs) : moments.findLast((atMs) => atMs < fromMs)
}
