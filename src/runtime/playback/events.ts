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
  return {
    ticksOf(frame) {
      const before = raised.get(frame.host)
      const fresh = frame.risks.filter(({ id, level }) => isNews(before?.get(id), level))
      raised.set(frame.host, new Map(frame.risks.map(({ id, level }) => [id, level])))
      const deaths = frame.deaths.filter(({ workload, atElapsedMs }) => {
        const key = `${frame.host} ${workload} ${atElapsedMs}`
        return !dead.has(key) && dead.add(key)
      })
      const kinds: readonly TimelineTick['kind'][] = [
        ...(frame.afterGap ? (['gap'] as const) : []),
        ...fresh.map(({ level }) => level),
        ...deaths.map(() => 'outcome' as const),
      ]
      return kinds.map((kind) => ({ atMs: frame.elapsedMs, kind }))
    },
  }
}

const RANK: Readonly<Record<RiskLevel, number>> = { watch: 1, warn: 2, critical: 3 }

function isNews(before: RiskLevel | undefined, now: RiskLevel): boolean {
  return before === undefined || RANK[now] > RANK[before]
}
