import type { Frame } from '../../model/frame.ts'
import { reaches, type Risk, type RiskClass } from '../../model/risk.ts'
import type { Workload } from '../../model/workload.ts'

/** A risk from the frame at which it reached a level to the one at which it no longer did. */
export interface Alarm {
  readonly host: string
  /** The id of the risk. */
  readonly id: string
  readonly class: RiskClass
  /** What it had to reach: a watch is a forecast, what goes beyond is a warning. */
  readonly floor: AlarmFloor
  readonly raisedAtMs: number
  /** undefined: it stood until the recording ended. */
  readonly clearedAtMs: number | undefined
  readonly gpus: readonly string[]
  readonly workloads: readonly string[]
  readonly pids: readonly number[]
}

export type AlarmFloor = 'watch' | 'warn'

/** The alarms of one recording, and how long it was watched. */
export interface AlarmBook {
  readonly watchedMs: number
  readonly open: ReadonlyMap<string, Alarm>
  readonly closed: readonly Alarm[]
  /** The time of the last frame, by host. */
  readonly seenAtMs: ReadonlyMap<string, number>
}

export const NO_ALARMS: AlarmBook = { watchedMs: 0, open: new Map(), closed: [], seenAtMs: new Map() }

/** Of a frame, what alarms are made of. */
export interface RisksAtATime extends Pick<Frame, 'host' | 'elapsedMs' | 'afterGap' | 'risks'> {
  readonly workloads: readonly Pick<Workload, 'id' | 'pids'>[]
}

/** The book with one more frame entered. A hole in time does not count as watched. */
export function followAlarms(book: AlarmBook, frame: RisksAtATime): AlarmBook {
  const before = book.seenAtMs.get(frame.host)
  const passedMs = before === undefined || frame.afterGap ? 0 : Math.max(0, frame.elapsedMs - before)
  const standing = new Map(
    frame.risks.flatMap((risk) =>
      FLOORS.filter((floor) => reaches(risk.level, floor)).map((floor) => [
        keyOf(frame.host, risk.id, floor),
        { risk, floor },
      ]),
    ),
  )
  const others = [...book.open].filter(([, { host }]) => host !== frame.host)
  const ended = [...book.open].filter(([key, { host }]) => host === frame.host && !standing.has(key))
  const open = [...standing].map(([key, { risk, floor }]): [string, Alarm] => [
    key,
    continued(book.open.get(key), risk, floor, frame),
  ])
  return {
    watchedMs: book.watchedMs + passedMs,
    open: new Map([...others, ...open]),
    closed:
      ended.length === 0
        ? book.closed
        : [...book.closed, ...ended.map(([, alarm]) => ({ ...alarm, clearedAtMs: frame.elapsedMs }))],
    seenAtMs:
      before === frame.elapsedMs ? book.seenAtMs : new Map(book.seenAtMs).set(frame.host, frame.elapsedMs),
  }
}

/** All alarms in the order in which they were raised. */
export function alarmsOf(book: AlarmBook): readonly Alarm[] {
  return [...book.closed, ...book.open.values()].sort((a, b) => a.raisedAtMs - b.raisedAtMs)
}

const FLOORS: readonly AlarmFloor[] = ['watch', 'warn']

function keyOf(host: string, id: string, floor: AlarmFloor): string {
  return `${host} ${floor} ${id}`
}

function continued(before: Alarm | undefined, risk: Risk, floor: AlarmFloor, frame: RisksAtATime): Alarm {
  const workload = frame.workloads.find(({ id }) => id === risk.workload)
  const began: Alarm = before ?? {
    host: frame.host,
    id: risk.id,
    class: risk.class,
    floor,
    raisedAtMs: frame.elapsedMs,
    clearedAtMs: undefined,
    gpus: [],
    workloads: [],
    pids: [],
  }
  return {
    ...began,
    gpus: joined(began.gpus, risk.gpu === undefined ? risk.gpus : [risk.gpu, ...risk.gpus]),
    workloads: joined(began.workloads, risk.workload === undefined ? [] : [risk.workload]),
    pids: joined(began.pids, workload === undefined ? [] : workload.pids),
  }
}

function joined<T>(known: readonly T[], more: readonly T[]): readonly T[] {
  const added = more.filter((value, at) => !known.includes(value) && more.indexOf(value) === at)
  return added.length === 0 ? known : [...known, ...added]
}
