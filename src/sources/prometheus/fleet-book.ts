import type { Fault } from '../../core/fault.ts'
import type { Link, Part, RawSample } from '../../model/sample.ts'
import type { ApiSeries } from '../../parse/prometheus-fleet/api-answer.ts'
import { isPageOf } from '../../parse/prometheus-fleet/engine-pages.ts'
import { fleetHosts, type FleetHost, type FleetPart } from '../../parse/prometheus-fleet/fleet.ts'

export interface FleetMoment {
  readonly epochMs: number
  /** The same moment by Prometheus' own clock, by which its time stamps are to be read. */
  readonly serverMs: number
  /** Of the clock of this run; before its beginning where it is negative. */
  readonly elapsedMs: number
  readonly intervalMs: number
}

/** Every host that was ever seen, and what was last known of it. */
export interface FleetBook {
  /**
   * The samples of an answer: of each host in it, and of each that is no longer in it.
   * @param fault what is wrong with the answer, although it is one
   */
  answered(moment: FleetMoment, series: readonly ApiSeries[], fault?: Fault): readonly RawSample[]
  /** The samples of a tick without an answer. */
  silent(moment: FleetMoment, fault: Fault): readonly RawSample[]
}

interface Known {
  sequence: number
  /** When its newest numbers were scraped, by Prometheus' clock. */
  scrapedAtMs: number
  /** Of each of its parts. */
  readonly parts: ReadonlyMap<string, KnownPart>
}

interface KnownPart {
  readonly scrapedAtMs: number | undefined
  /** When it was last in an answer. */
  readonly seenMs: number
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
    const known = hosts.get(host) ?? { sequence: 0, scrapedAtMs: moment.serverMs, parts: new Map() }
    hosts.set(host, known)
    return {
      host,
      sequence: known.sequence++,
      takenAtEpochMs: moment.epochMs,
      elapsedMs: moment.elapsedMs + offsetMs,
      intervalMs: moment.intervalMs,
      link: linkOf(moment.serverMs - known.scrapedAtMs, answered ? moment.intervalMs : 0),
      parts,
    }
  }

  function renewed({ host, parts }: FleetHost, moment: FleetMoment, note: Part): RawSample {
    const before = hosts.get(host)
    const stamps = [...parts.values()].flatMap(({ scrapedAtMs }) => scrapedAtMs ?? [])
    const gone = goneParts(before?.parts ?? new Map(), parts, moment)
    const kept = [...(before?.parts ?? [])].filter(([name]) => !gone.includes(name))
    const seen = [...parts].map(
      ([name, { scrapedAtMs }]) => [name, { scrapedAtMs, seenMs: moment.serverMs }] as const,
    )
    hosts.set(host, {
      sequence: before?.sequence ?? 0,
      scrapedAtMs: stamps.length === 0 ? moment.serverMs : Math.max(...stamps),
      parts: new Map([...kept, ...seen]),
    })
    const renewals = [...parts].map(
      ([name, part]) => [name, partOf(part, before?.parts.get(name)?.scrapedAtMs, moment)] as const,
    )
    return sample(
      host,
      moment,
      new Map<string, Part>([
        ...renewals,
        ...gone.map((name) => [name, NOTHING] as const),
        ['prometheus', note],
      ]),
    )
  }

  return {
    answered(moment, series, fault) {
      const note: Part = fault === undefined ? NOTHING : { kind: 'fault', fault }
      const there = fleetHosts(series)
      const names = new Set(there.map(({ host }) => host))
      const others = [...hosts.keys()].filter((host) => !names.has(host) && host !== nobody)
      const samples = [
        ...there.map((host) => renewed(host, moment, note)),
        ...others.map((host) => sample(host, moment, new Map([['prometheus', note]]))),
      ]
      return samples.length > 0 ? samples : [sample(nobody, moment, new Map([['prometheus', note]]))]
    },
    silent(moment, fault) {
      const known = [...hosts.keys()].filter((host) => host !== nobody)
      return (known.length === 0 ? [nobody] : known).map((host) =>
        sample(host, moment, new Map([['prometheus', { kind: 'fault', fault }]]), false),
      )
    },
  }
}

const NOTHING: Part = { kind: 'text', text: '' }

/**
 * The pages of engines that have been missing for a while: those engines are gone, since other things of their host are
 * still told. What else is missing stands as it was, and ages: a card does not leave.
 */
function goneParts(
  before: ReadonlyMap<string, KnownPart>,
  now: FleetHost['parts'],
  { serverMs }: FleetMoment,
): readonly string[] {
  return [...before].flatMap(([name, { seenMs }]) =>
    isPageOf(name, now) && !now.has(name) && serverMs - seenMs > LATE_MS ? [name] : [],
  )
}

/** What was scraped no later than before is no new point of any trend. */
function partOf(
  { text, scrapedAtMs }: FleetPart,
  before: number | undefined,
  { serverMs }: FleetMoment,
): Part {
  if (scrapedAtMs === undefined) return { kind: 'text', text }
  if (scrapedAtMs === before) return { kind: 'same' }
  return { kind: 'text', text, ageMs: Math.max(0, Math.round(serverMs - scrapedAtMs)) }
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
