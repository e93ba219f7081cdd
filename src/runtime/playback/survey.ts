import type { Rules } from '../../analyse/rules.ts'
import type { Fault } from '../../core/fault.ts'
import type { SourceOrigin } from '../../model/frame.ts'
import type { TimelineTick } from '../../model/session.ts'
import type { Log, LogEntry } from '../../sources/replay/log.ts'
import { noteOf } from '../../view/history-note.ts'
import { logged, type WarningLog } from '../../view/warning-log.ts'
import { startFolding } from '../fold.ts'
import { startCheckpoints, type Checkpoints } from './checkpoints.ts'
import { startTicks } from './events.ts'
import { turn } from './turn.ts'

/** A log that is looked through from its beginning, while it is watched: what is known of it so far. */
export interface Survey {
  readonly checkpoints: Checkpoints
  /** The newest sample that has been judged; -Infinity before the first. */
  readonly readMs: number
  readonly done: boolean
  readonly ending: Fault | undefined
  /** In order of time. */
  readonly ticks: readonly TimelineTick[]
  /** What became of warnings on a host up to a moment. */
  warningsOf(host: string, untilMs: number): WarningLog
  /** @param onProgress called after each sample and at the end */
  run(signal: AbortSignal, onProgress: () => void): Promise<void>
}

// what a hostile log raises and clears all the time is bounded
const MOST_TICKS = 5000

export interface SurveyRequest {
  readonly log: Log
  readonly origin: SourceOrigin
  readonly rules: Rules
  /** Waits while the viewer waits for something. */
  readonly giveWay: () => Promise<void>
}

export function startSurvey({ log, origin, rules, giveWay }: SurveyRequest): Survey {
  const checkpoints = startCheckpoints()
  const folding = startFolding(origin, rules)
  const finder = startTicks()
  const ticks: TimelineTick[] = []
  const warnings = new Map<string, WarningLog>()
  let readMs = -Infinity
  let done = false
  let ending: Fault | undefined
  let sinceCheckpoint = 0

  function addTicks(found: readonly TimelineTick[]): void {
    if (ticks.length < MOST_TICKS) ticks.push(...found)
  }

  function take({ sample, mark }: Extract<LogEntry, { kind: 'sample' }>): void {
    const hosts = Math.max(1, folding.memories.size)
    if (mark !== undefined && readMs > -Infinity && checkpoints.isDue(sinceCheckpoint / hosts)) {
      checkpoints.add({ atMs: sample.elapsedMs, mark, memories: folding.memories })
      sinceCheckpoint = 0
    }
    sinceCheckpoint += 1
    const { frame } = folding.next(sample)
    checkpoints.note(noteOf(frame))
    addTicks(finder.ticksOf(frame))
    warnings.set(frame.host, logged(warnings.get(frame.host) ?? [], frame))
    readMs = sample.elapsedMs
  }

  return {
    checkpoints,
    ticks,
    get readMs() {
      return readMs
    },
    get done() {
      return done
    },
    get ending() {
      return ending
    },
    warningsOf: (host, untilMs) =>
      (warnings.get(host) ?? []).filter(({ atElapsedMs }) => atElapsedMs < untilMs),
    async run(signal, onProgress) {
      for await (const entry of log.entries()) {
        if (signal.aborted) return
        if (entry.kind === 'sample') take(entry)
        else if (entry.kind === 'outcome') addTicks([{ atMs: entry.elapsedMs, kind: 'outcome' }])
        else ending = entry.fault
        onProgress()
        await turn()
        await giveWay()
      }
      done = true
      onProgress()
    },
  }
}
