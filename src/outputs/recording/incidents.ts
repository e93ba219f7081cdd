import { minutes, seconds } from '../../core/units.ts'
import type { RawSample } from '../../model/sample.ts'
import type { Output } from '../output.ts'
import { eventLines } from './event-lines.ts'
import { frameNews, type FrameNews } from './frame-news.ts'
import { incidentFile, type IncidentFile } from './incident-file.ts'
import type { IncidentOptions } from './incident-options.ts'
import { ring } from './ring.ts'

/** Keeps the recent past in memory, and writes it to a file when something happens, with what comes after. */
export interface IncidentOutput extends Output {
  state(): IncidentState
  /** Resolves when all that was to be written so far is written or lost. */
  settled(): Promise<void>
}

export interface IncidentState {
  /** Those that were written, oldest first. */
  readonly files: readonly string[]
  readonly isWriting: boolean
  /** What made the newest file be written, in one sentence; undefined while nothing has happened. */
  readonly cause: string | undefined
  /** Why nothing is written although something happens. */
  readonly trouble: string | undefined
}

/** A file goes on for so long after the last thing that happened. */
export const AFTERMATH_MS = minutes(5)
/** Far more than half an hour of 64 hosts. */
const RING_BYTES = 128 * 1024 ** 2
/** How often a file that could not be written is tried again. */
const TRY_AGAIN_MS = seconds(5)

export function incidentOutput(options: IncidentOptions): IncidentOutput {
  const { anonymizer, lastMs, level, maxBytes } = options
  const past = ring({ keepMs: lastMs, maxBytes: RING_BYTES })
  const newsOf = frameNews(level)
  const files: string[] = []
  let incident: IncidentFile | undefined
  let isWriting = false
  let cause: string | undefined
  let untilMs = -Infinity
  let endedMs = -Infinity
  let triedAtMs = -Infinity
  let written: Promise<unknown> = Promise.resolve()

  /** Where all that came since the last incident is still here, its file goes on, without a hole. */
  function begin(sample: RawSample): void {
    past.cut()
    const [oldest] = past.members()
    const goesOn = oldest !== undefined && oldest.firstElapsedMs <= endedMs
    if (incident === undefined || !goesOn) {
      incident = incidentFile(options, sample)
      files.push(incident.file)
    }
    incident.begin(past.members(), goesOn ? endedMs : -Infinity)
    isWriting = true
    triedAtMs = sample.elapsedMs
  }

  function noteNews(news: FrameNews, elapsedMs: number): void {
    const happened = firstOf(news)
    if (happened === undefined) return
    untilMs = elapsedMs + AFTERMATH_MS
    if (!isWriting) cause = happened
  }

  function end(elapsedMs: number): void {
    incident?.end(past.cut())
    written = Promise.all([written, incident?.settled()])
    isWriting = false
    endedMs = elapsedMs
  }

  function follow(bytes: Buffer, sample: RawSample): void {
    incident?.append(bytes)
    const isFull = incident !== undefined && incident.sizeBytes() > maxBytes
    if (isFull) untilMs = -Infinity
    if (sample.elapsedMs >= untilMs || incident?.hasFailed() === true) end(sample.elapsedMs)
    if (isFull) incident = undefined
  }

  return {
    label: 'incidents',
    accept(frame, sample) {
      const own = anonymizer?.sample(sample) ?? sample
      const news = newsOf(frame)
      const lines = eventLines(frame, news.deaths)
      const bytes = past.add(own, anonymizer?.text(lines) ?? lines)
      noteNews(news, own.elapsedMs)
      if (isWriting) follow(bytes, own)
      else if (own.elapsedMs < untilMs && own.elapsedMs - triedAtMs >= TRY_AGAIN_MS) begin(own)
    },
    state: () => ({ files, isWriting, cause, trouble: incident?.trouble() }),
    async settled() {
      await written
      await incident?.settled()
    },
    async close() {
      if (isWriting) end(endedMs)
      await written
    },
  }
}

function firstOf({ deaths: [death], raised: [risk] }: FrameNews): string | undefined {
  return death?.summary ?? (risk && `${risk.level}: ${risk.summary}`)
}
