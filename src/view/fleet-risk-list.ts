import type { Frame } from '../model/frame.ts'
import type { Risk } from '../model/risk.ts'
import { instancesOf } from './instances.ts'
import { byUrgency } from './risk-order.ts'
import type { Seen } from './seen.ts'

/** A warning of a fleet. */
export interface FleetRisk {
  readonly risk: Risk
  readonly frame: Frame
  /** Hosts whose ranks of the same instance have the same warning, this one not counted. */
  readonly elsewhere: number
}

/** The warnings of all hosts, the worst first. The ranks of one instance have one of each class: that of the rank in most danger. */
export function fleetRiskList(seen: readonly Seen[]): readonly FleetRisk[] {
  const instances = new Map(
    instancesOf(seen).flatMap((ranks, at) =>
      ranks.map(({ host, workload }) => [keyOf(host, workload.id), `${at}`] as const),
    ),
  )
  const worst = new Map<string, FleetRisk>()
  const all = seen.flatMap(({ frame }) => frame.risks.map((risk) => ({ risk, frame })))
  for (const { risk, frame } of all.toSorted((a, b) => byUrgency(a.risk, b.risk))) {
    const instance = risk.workload === undefined ? undefined : instances.get(keyOf(frame.host, risk.workload))
    const key = instance === undefined ? keyOf(frame.host, risk.id) : keyOf(instance, risk.class)
    const before = worst.get(key)
    worst.set(key, before === undefined ? { risk, frame, elsewhere: 0 } : withOneMore(before, frame))
  }
  return [...worst.values()]
}

function withOneMore(found: FleetRisk, { host }: Frame): FleetRisk {
  return found.frame.host === host ? found : { ...found, elsewhere: found.elsewhere + 1 }
}

function keyOf(...parts: readonly string[]): string {
  return parts.join('\n')
}
