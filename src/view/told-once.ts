import type { Frame } from '../model/frame.ts'
import type { RiskEvent } from '../model/incident.ts'
import { reaches, type RiskLevel } from '../model/risk.ts'
import { instanceName } from './instances.ts'

/** The newest frame of each host, and what was told of instances whose ranks run on several of them. */
export interface Told {
  readonly frames: ReadonlyMap<string, Frame>
  readonly standing: ReadonlyMap<string, Standing>
}

/** A warning of one class of one instance. */
interface Standing {
  readonly hosts: ReadonlySet<string>
  readonly level: RiskLevel
  readonly cameTrue: boolean
}

export const NOTHING_TOLD: Told = { frames: new Map(), standing: new Map() }

/**
 * The events of a frame that are news. Each rank of an instance is warned of on its own host, and all of them together
 * are one warning: raised with the first and at each higher level, true with the first, taken back with the last.
 */
export function tellOnce(
  before: Told,
  frame: Frame,
): { readonly told: Told; readonly news: readonly RiskEvent[] } {
  const standing = new Map(before.standing)
  const news = frame.events.filter((event) => {
    const name = nameOfInstance(event, before, frame)
    if (name === undefined) return true
    const key = `${event.risk.class} ${name}`
    const found = standing.get(key)
    const next = followed(found, event, frame)
    if (next.hosts.size === 0) standing.delete(key)
    else standing.set(key, next)
    return isNews(found, next, event)
  })
  return { told: { frames: new Map(before.frames).set(frame.host, frame), standing }, news }
}

/** Who has just died is known from the frame before. */
function nameOfInstance({ risk }: RiskEvent, { frames }: Told, frame: Frame): string | undefined {
  const own = [frame, frames.get(frame.host)].find((one) =>
    one?.workloads.some(({ id, partial }) => id === risk.workload && partial !== undefined),
  )
  if (own === undefined || risk.workload === undefined) return undefined
  const seen = [...new Map(frames).set(frame.host, own).values()].map((one) => ({ frame: one }))
  return instanceName(seen, frame.host, risk.workload)
}

function followed(found: Standing | undefined, { kind, risk }: RiskEvent, { host, risks }: Frame): Standing {
  const hosts = new Set(found?.hosts)
  if (risks.some(({ id }) => id === risk.id)) hosts.add(host)
  else hosts.delete(host)
  const level = found === undefined || reaches(risk.level, found.level) ? risk.level : found.level
  return { hosts, level, cameTrue: kind === 'came-true' || found?.cameTrue === true }
}

function isNews(found: Standing | undefined, next: Standing, { kind, risk }: RiskEvent): boolean {
  switch (kind) {
    case 'raised':
      return found === undefined || !reaches(found.level, risk.level)
    case 'came-true':
      return found?.cameTrue !== true
    case 'cleared':
      return next.hosts.size === 0
  }
}
