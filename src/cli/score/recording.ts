import { startMemory, type Memory } from '../../analyse/memory.ts'
import { RULES } from '../../analyse/rules.ts'
import { followAlarms, NO_ALARMS, type AlarmBook } from '../../analyse/score/alarms.ts'
import type { Watched } from '../../analyse/score/score.ts'
import { step } from '../../analyse/step.ts'
import type { Fault } from '../../core/fault.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { RawSample } from '../../model/sample.ts'
import { openLog, type Log } from '../../sources/replay/log.ts'

export interface WatchedFile {
  /** undefined where nothing could be read. */
  readonly recording: Watched | undefined
  /** Why it could not be read, or not to its end. */
  readonly fault: Fault | undefined
}

/** What today's rules say of a recording, from its first sample to its last. */
export async function watchRecording(
  path: string,
  signal: AbortSignal,
  show: (label: string, share: number) => Promise<void>,
): Promise<WatchedFile> {
  const opened = await openLog([path])
  if (opened.kind === 'fault') return { recording: undefined, fault: opened.fault }
  return watchLog(opened.log, signal, show)
}

async function watchLog(
  log: Log,
  signal: AbortSignal,
  show: (label: string, share: number) => Promise<void>,
): Promise<WatchedFile> {
  const hosts = new Map<string, Memory>()
  const outcomes: Outcome[] = []
  let book: AlarmBook = NO_ALARMS
  let fault: Fault | undefined
  for await (const entry of log.entries()) {
    if (signal.aborted) break
    if (entry.kind === 'end') fault = entry.fault
    else if (entry.kind === 'outcome') outcomes.push(entry.outcome)
    else {
      book = watchSample(hosts, book, entry.sample, log.label)
      await show(log.label, entry.share)
    }
  }
  const recording = book.seenAtMs.size === 0 ? undefined : { file: log.label, book, outcomes }
  const empty: Fault = {
    kind: 'unreadable-log',
    file: log.label,
    because: 'there is no whole sample in it',
  }
  return { recording, fault: fault ?? (recording === undefined && !signal.aborted ? empty : undefined) }
}

function watchSample(
  hosts: Map<string, Memory>,
  book: AlarmBook,
  sample: RawSample,
  label: string,
): AlarmBook {
  const before = hosts.get(sample.host) ?? startMemory({ kind: 'replay', label }, RULES)
  const { memory, frame } = step(before, sample)
  hosts.set(sample.host, memory)
  return followAlarms(book, frame)
}
