import type { Clock } from '../../core/clock.ts'
import type { Fault } from '../../core/fault.ts'
import type { RawSample } from '../../model/sample.ts'
import { NO_TIMELINE } from '../../model/session.ts'
import type { Source } from '../source.ts'
import { openLog, type Log } from './log.ts'
import { startPace } from './pace.ts'

export interface ReplayOptions {
  readonly clock: Clock
  /** `Infinity`: as fast as it goes. */
  readonly speed: number
  /** The bundled demo: labelled so. */
  readonly demo: boolean
  /** What stands before is given at once, and nothing behind. */
  readonly fromMs?: number
  readonly toMs?: number
}

export type OpenedReplay =
  | { readonly kind: 'source'; readonly source: Source; readonly log: Log }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** Looks into a log and makes a source of it; a file that is no log is a fault. */
export async function openReplay(path: string, options: ReplayOptions): Promise<OpenedReplay> {
  const opened = await openLog([path])
  if (opened.kind === 'fault') return opened
  return { kind: 'source', source: replaySource(opened.log, options), log: opened.log }
}

/** A log from its beginning to its end, at a pace. */
export function replaySource(log: Log, options: ReplayOptions): Source {
  const { clock, speed, demo, fromMs = -Infinity, toMs = Infinity } = options
  const pace = startPace(clock, speed)
  let share = 0
  let ended = false
  let fault: Fault | undefined

  async function* samples(_: unknown, signal: AbortSignal): AsyncIterable<RawSample> {
    for await (const entry of log.entries()) {
      if (entry.kind === 'end') fault = entry.fault
      if (entry.kind !== 'sample') continue
      const { sample } = entry
      if (sample.elapsedMs > toMs) break
      if (sample.elapsedMs > fromMs) await pace.until(sample, signal)
      if (signal.aborted) return
      share = entry.share
      yield sample
    }
    ended = true
  }

  return {
    origin: { kind: 'replay', label: demo ? 'demo' : log.label },
    samples,
    control: (command) => {
      pace.control(command)
    },
    state: () => ({
      kind: 'replay',
      speed: pace.speed,
      paused: pace.paused,
      ended,
      progressRatio: ended ? 1 : share,
      demo,
      loop: false,
      timeline: NO_TIMELINE,
    }),
    ending: () => fault,
  }
}
