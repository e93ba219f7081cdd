import type { Death, RiskEvent } from '../model/incident.ts'
import type { Risk } from '../model/risk.ts'
import type { Scene } from './panel.ts'
import type { Seen } from './seen.ts'
import { isFleet, topTab } from './views.ts'

/** A line of the list of warnings: one that stands, what became of one, or a death. */
export interface WarningRow {
  readonly id: string
  /** The host it is about; undefined where there is one host only. */
  readonly host: string | undefined
  readonly kind: 'now' | RiskEvent['kind'] | 'died'
  readonly atEpochMs: number
  readonly risk: Risk | undefined
  readonly death: Death | undefined
  readonly summary: string
}

/** The warnings that stand, worst first; below them what became of others and who died, newest first. */
export function warningRows(scene: Scene): readonly WarningRow[] {
  const all = isFleet(topTab(scene.ui.views))
  const seen: readonly Seen[] = all ? scene.hosts : [scene]
  const present = seen.flatMap((one) => presentOf(one, all))
  const past = seen.flatMap((one) => pastOf(one, all)).toSorted((a, b) => b.atEpochMs - a.atEpochMs)
  return [...(all ? present.toSorted(worstFirst) : present), ...past]
}

/** A warning of the list by its id, as the view of one warning needs it. */
export function warningRow(scene: Scene, id: string): WarningRow | undefined {
  const rows = [scene, ...scene.hosts].flatMap((one) => [...presentOf(one, false), ...pastOf(one, false)])
  return rows.find((row) => row.id === id)
}

function presentOf({ frame }: Seen, named: boolean): readonly WarningRow[] {
  return frame.risks.map((risk) => ({
    id: `${frame.host} ${risk.id}`,
    host: named ? frame.host : undefined,
    kind: 'now',
    atEpochMs: frame.takenAtEpochMs - (frame.elapsedMs - risk.sinceElapsedMs),
    risk,
    death: undefined,
    summary: risk.summary,
  }))
}

function pastOf({ frame, log }: Seen, named: boolean): readonly WarningRow[] {
  const host = named ? frame.host : undefined
  return [
    ...log.map(({ kind, risk, atElapsedMs, atEpochMs }): WarningRow => ({
      id: `${frame.host} ${risk.id} ${kind} ${atElapsedMs}`,
      host,
      kind,
      atEpochMs,
      risk,
      death: undefined,
      summary: risk.summary,
    })),
    ...frame.deaths.map((death): WarningRow => ({
      id: `${frame.host} ${death.workload} died ${death.atElapsedMs}`,
      host,
      kind: 'died',
      atEpochMs: frame.takenAtEpochMs - (frame.elapsedMs - death.atElapsedMs),
      risk: undefined,
      death,
      summary: death.summary,
    })),
  ]
}

const RANKS: Readonly<Record<Risk['level'], number>> = { critical: 0, warn: 1, watch: 2 }

function worstFirst(a: WarningRow, b: WarningRow): number {
  return rank(a) - rank(b) || (a.risk?.eta?.seconds ?? Infinity) - (b.risk?.eta?.seconds ?? Infinity) || 0
}

function rank({ risk }: WarningRow): number {
  return risk === undefined ? 3 : RANKS[risk.level]
}
