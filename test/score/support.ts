import {
  alarmsOf,
  followAlarms,
  NO_ALARMS,
  type Alarm,
  type AlarmBook,
  type RisksAtATime,
} from '../../src/analyse/score/alarms.ts'
import type { Outcome } from '../../src/model/outcome.ts'
import type { Risk, RiskClass, RiskLevel } from '../../src/model/risk.ts'

export const GPU = 'GPU-0'
export const WORKLOAD = 'transformers:9120'

/** A risk at a level, and what else a test is about. */
export function risk(level: RiskLevel, more: Partial<Risk> = {}): Risk {
  const name: RiskClass = more.class ?? 'cuda-oom'
  return {
    id: `${name}:${GPU}`,
    class: name,
    level,
    gpu: GPU,
    gpus: [GPU],
    workload: WORKLOAD,
    mig: undefined,
    eta: undefined,
    sinceElapsedMs: 0,
    summary: '',
    evidence: [],
    advice: [],
    ...more,
  }
}

/** What stood at so many seconds; WORKLOAD has the pids 9120 and 9150. */
export function at(second: number, risks: readonly Risk[], more: Partial<RisksAtATime> = {}): RisksAtATime {
  const workload = { id: WORKLOAD, pids: [9120, 9150] }
  return { host: 'node7', elapsedMs: second * 1000, afterGap: false, risks, workloads: [workload], ...more }
}

/** A frame every ten seconds from 0 to `until`, with what stands at each. */
export function watched(until: number, standing: (second: number) => readonly Risk[]): AlarmBook {
  let book = NO_ALARMS
  for (let second = 0; second <= until; second += 10) book = followAlarms(book, at(second, standing(second)))
  return book
}

/** The alarms of a risk that stands from one second to another, within two hours. */
export function raisedFrom(from: number, to: number, what: Risk = risk('warn')): readonly Alarm[] {
  return alarmsOf(watched(7200, (second) => (second >= from && second < to ? [what] : [])))
}

export function outcome(second: number, more: Partial<Outcome> = {}): Outcome {
  return {
    host: 'node7',
    elapsedMs: second * 1000,
    kind: 'cuda-oom',
    gpu: GPU,
    workload: undefined,
    pid: 9120,
    foreseeable: true,
    ...more,
  }
}
