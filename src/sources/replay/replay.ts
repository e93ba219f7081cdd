import type { Clock } from '../../core/clock.ts'
import type { Fault } from '../../core/fault.ts'
import type { RawSample } from '../../model/sample.ts'
import { NO_TIMELINE } from '../../model/session.ts'
import type { Source } from '../source.ts'
import type { LogEntry } from './log-entry.ts'
import { openLogFile, type LogFile } from './log-file.ts'
import { startPace } from './pace.ts'
import { readNvidiaSmiLog } from './read-nvidia-smi.ts'
import { readRecording } from './read-recording.ts'

export interface ReplayOptions {
  readonly clock: Clock
  /** `Infinity`: as fast as it goes. */
  readonly speed: number
  /** The bundled demo: labelled so. */
  readonly demo: boolean
}

export type OpenedReplay =
  | {
      readonly kind: 'source'
      readonly source: Source
      /** The times of the log have no time zone: their digits are shown as they are. */
      readonly zoneless: boolean
    }
  | { readonly kind: 'fault'; readonly fault: Fault }

/** Looks into a log and makes a source of it; a file that is no log is a fault. */
export async function openReplay(path: string, options: ReplayOptions): Promise<OpenedReplay> {
  const opened = await openLogFile(path)
  if (opened.kind === 'fault') return opened
  const { file } = opened
  return { kind: 'source', source: replaySource(file, options), zoneless: file.format === 'nvidia-smi' }
}

function replaySource(file: LogFile, { clock, speed, demo }: ReplayOptions): Source {
  const pace = startPace(clock, speed)
  let position = 0
  let ended = false
  let fault: Fault | undefined

  async function* samples(_: unknown, signal: AbortSignal): AsyncIterable<RawSample> {
    for await (const entry of entriesOf(file)) {
      if (entry.kind === 'end') {
        fault = entry.fault
        break
      }
      await pace.until(entry.sample.elapsedMs, signal)
      if (signal.aborted) return
      position = entry.position
      yield entry.sample
    }
    ended = true
  }

  return {
    origin: { kind: 'replay', label: demo ? 'demo' : file.label },
    samples,
    control: (command) => {
      pace.control(command)
    },
    state: () => ({
      kind: 'replay',
      speed: pace.speed,
      paused: pace.paused,
      ended,
      progressRatio: ended ? 1 : Math.min(1, position / Math.max(1, file.length)),
      demo,
      loop: false,
      timeline: NO_TIMELINE,
    }),
    ending: () => fault,
  }
}

function entriesOf(file: LogFile): AsyncIterable<LogEntry> {
  return file.format === 'recording' ? readRecording(file) : readNvidiaSmiLog(file)
}
