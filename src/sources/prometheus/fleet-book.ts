import type { Fault } from '../../core/fault.ts'
import type { Link, Part, RawSample } from '../../model/sample.ts'
import type { ApiSeries } from '../../parse/prometheus-fleet/api-answer.ts'
import { fleetHosts, type FleetHost, type FleetPart } from '../../parse/prometheus-fleet/fleet.ts'

export interface FleetMoment {
  readonly epochMs: number
  /** Of the clock of this run; before its beginning where it is negative. */
  readonly elapsedMs: number
  readonly intervalMs: number
}

/** Every host that was ever seen, and what was last known of it. */
export interface FleetBook {
  /** The samples of an answer: of each host in it, and of each that is no longer in it. */
  answered(
    moment: FleetMoment,
    series: readonly ApiSeries[],
    warnings: readonly string[],
  ): readonly RawSample[]
  /** The samples of a tick without an answer. */
  silent(moment: FleetMoment, fault: Fault): readonly RawSample[]
}

interface Known {
  sequence: number
  /** When its newest numbers were scraped. */
  scrapedAtMs: number
  scraped: ReadonlyMap<string, number | undefined>
}

/**
 * @param nobody what stands for the host while none has been seen
 * @param offsetMs added to all elapsed times, so that those of the past are not negative
 */
export function fleetBook(nobody: string, offsetMs: number): FleetBook {
  const hosts = new Map<string, Known>()

  function sample(
    host: string,
    moment: FleetMoment,
    parts: ReadonlyMap<string, Part>,
    answered = true,
  ): RawSample {
    const known = hosts.get(host) ?? { sequence: 0, scrapedAtMs: moment.epochMs, scraped: new Map() }
    hosts.set(host, known)
    return {
      host,
      sequence: known.sequence++,
      takenAtEpochMs: moment.epochMs,
      elapsedMs: moment.elapsedMs + offsetMs,
      intervalMs: moment.intervalMs,
      link: linkOf(moment.epochMs - known.scrapedAtMs, answered ? moment.intervalMs : 0),
      parts,
    }
  }

  function renewed({ host, parts }: FleetHost, moment: FleetMoment, note: Part): RawSample {
    const before = hosts.get(host)
    const stamps = [...parts.values()].flatMap(({ scrapedAtMs }) => scrapedAtMs ?? [])
    const known: Known = {
      sequence: before?.sequence ?? 0,
      scrapedAtMs: stamps.length === 0 ? moment.epochMs : Math.max(...stamps),
      scraped: new Map([...parts].map(([name, { scrapedAtMs }]) => [name, scrapedAtMs])),
    }
    hosts.set(host, known)
    return sample(
      host,
      moment,
      new Map([
        ...[...parts].map(([name, part]) => [name, partOf(part, before?.scraped.get(name), moment)] as const),
        ['prometheus', note] as const,
      ]),
    )
  }

  return {
    answered(moment, series, warnings) {
      const note: Part = { kind: 'text', text: warnings.join('\n') }
      const there = fleetHosts(series)
      const names = new Set(there.map(({ host }) => host))
      const gone = [...hosts.keys()].filter((host) => !names.has(host) && host !== nobody)
      return [
        ...there.map((host) => renewed(host, moment, note)),
        ...gone.map((host) => sample(host, moment, new Map([['prometheus', note]]))),
      ]
    },
    silent(moment, fault) {
      const known = hosts.size === 0 ? [nobody] : [...hosts.keys()]
      return known.map((host) =>
        sample(host, moment, new Map([['prometheus', { kind: 'fault', fault }]]), false),
      )
    },
  }
}

/** What was scraped no later than before is no new point of any trend. */
function partOf(
  { text, scrapedAtMs }: FleetPart,
  before: number | undefined,
  { epochMs }: FleetMoment,
): Part {
  if (scrapedAtMs === undefined) return { kind: 'text', text }
  if (scrapedAtMs === before) return { kind: 'same' }
  return { kind: 'text', text, ageMs: Math.max(0, Math.round(epochMs - scrapedAtMs)) }
}

// scrapes are up to a minute apart; after five minutes Prometheus itself calls a series stale
const LATE_MS = 90_000
const DOWN_MS = 300_000

/** @param intervalMs 0 where nobody answers: then all is late at once */
function linkOf(ageMs: number, intervalMs: number): Link {
  return { state: stateOf(ageMs, intervalMs), ageMs: Math.max(0, Math.round(ageMs)), retryInMs: null }
}

function stateOf(ageMs: number, intervalMs: number): Link['state'] {
  if (ageMs > DOWN_MS) return 'down'
  const isLate = intervalMs === 0 || ageMs > Math.max(LATE_MS, 3 * intervalMs)
  return isLate ? 'late' : 'live'
}
