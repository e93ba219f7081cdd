import type { Frame } from '../model/frame.ts'
import type { Death, RiskEvent } from '../model/incident.ts'
import type { Risk } from '../model/risk.ts'
import { fleetRiskList } from './fleet-risk-list.ts'
import { instanceName } from './instances.ts'
import type { Scene } from './panel.ts'
import type { Seen } from './seen.ts'
import { isFleet, topTab } from './views.ts'

/** A line of the list of warnings: one that stands, what became of one, or a death. */
export interface WarningRow {
  readonly id: string
  /** The host it is about; undefined where there is one host only. */
  readonly host: string | undefined
  /** How many other hosts it is about, too: those with ranks of the same instance. */
  readonly elsewhere: number
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
  const past = seen.flatMap((one) => pastOf(one, all)).toSorted((a, b) => b.atEpochMs - a.atEpochMs)
  const merged = all ? oncePerInstance(past, seen) : past
  return [...(all ? ofAllHosts(scene) : presentOf(scene)), ...merged]
}

// ranks stand and fall together, but each host takes its time to see it
const TOGETHER_MS = 180_000

/** What became of the ranks of one instance within minutes is one line: that of the last. Newest first, as they came. */
function oncePerInstance(past: readonly WarningRow[], seen: readonly Seen[]): readonly WarningRow[] {
  const rows: WarningRow[] = []
  // of each instance where in the rows the last line of it stands
  const places = new Map<string, number>()
  for (const row of past) {
    const key = `${row.kind} ${row.risk?.class ?? ''} ${instanceOf(row, seen) ?? row.id}`
    const at = places.get(key)
    const later = at === undefined ? undefined : rows[at]
    if (at !== undefined && later !== undefined && isTogether(later, row)) {
      rows[at] = { ...later, elsewhere: later.elsewhere + 1 }
    } else {
      places.set(key, rows.length)
      rows.push(row)
    }
  }
  return rows
}

function instanceOf({ host, risk }: WarningRow, seen: readonly Seen[]): string | undefined {
  if (host === undefined || risk?.workload === undefined) return undefined
  return instanceName(seen, host, risk.workload)
}

function isTogether(later: WarningRow, row: WarningRow): boolean {
  return later.host !== row.host && later.atEpochMs - row.atEpochMs <= TOGETHER_MS
}

/** A warning of the list by its id, as the view of one warning needs it. */
export function warningRow(scene: Scene, id: string): WarningRow | undefined {
  const rows = [scene, ...scene.hosts].flatMap((one) => [...presentOf(one), ...pastOf(one, false)])
  return rows.find((row) => row.id === id)
}

/** `node7`, `node7 +1`; undefined where there is one host only. */
export function warnedHost({ host, elsewhere }: WarningRow): string | undefined {
  return host === undefined || elsewhere === 0 ? host : `${host} +${elsewhere}`
}

function ofAllHosts({ hosts }: Scene): readonly WarningRow[] {
  return fleetRiskList(hosts).map(({ risk, frame, elsewhere }) => ({
    ...presentRow(risk, frame),
    host: frame.host,
    elsewhere,
  }))
}

function presentOf({ frame }: Seen): readonly WarningRow[] {
  return frame.risks.map((risk) => presentRow(risk, frame))
}

function presentRow(risk: Risk, frame: Frame): WarningRow {
  return {
    id: `${frame.host} ${risk.id}`,
    host: undefined,
    elsewhere: 0,
    kind: 'now',
    atEpochMs: frame.takenAtEpochMs - (frame.elapsedMs - risk.sinceElapsedMs),
    risk,
    death: undefined,
    summary: risk.summary,
  }
}

function pastOf({ frame, log }: Seen, named: boolean): readonly WarningRow[] {
  const host = named ? frame.host : undefined
  return [
    ...log.map(({ kind, risk, atElapsedMs, atEpochMs }): WarningRow => ({
      id: `${frame.host} ${risk.id} ${kind} ${atElapsedMs}`,
      host,
      elsewhere: 0,
      kind,
      atEpochMs,
      risk,
      death: undefined,
      summary: risk.summary,
    })),
    ...frame.deaths.map((death): WarningRow => ({
      id: `${frame.host} ${death.workload} died ${death.atElapsedMs}`,
      host,
      elsewhere: 0,
      kind: 'died',
      atEpochMs: frame.takenAtEpochMs - (frame.elapsedMs - death.atElapsedMs),
      risk: undefined,
      death,
      summary: death.summary,
    })),
  ]
}
