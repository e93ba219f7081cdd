import type { Writable } from 'node:stream'
import type { Frame } from '../../model/frame.ts'
import type { Output } from '../output.ts'
import { writeTo } from '../write.ts'
import type { Anonymizer } from './anonymizer.ts'
import { eventLines } from './event-lines.ts'
import { frameNews } from './frame-news.ts'
import { openRecorder, type Recorder, type RecorderState } from './recorder.ts'
import type { Rotation } from './rotation.ts'
import { sampleStream } from './sample-stream.ts'

export interface RecordingOptions {
  /** The version of llmtop. */
  readonly tool: string
  readonly anonymizer: Anonymizer | undefined
  readonly rotation: Rotation | undefined
}

/** Records what is watched, from `start` on, which may be called at any time. */
export interface RecordingOutput extends Output {
  /** Begins with the next sample. Resolves when the file is open, or can't be opened, which `state` says. */
  start(file: string): Promise<void>
  stop(): Promise<void>
  /** Resolves when all that was accepted so far is written or lost. */
  settled(): Promise<void>
  /** undefined while nothing is recorded. */
  state(): RecorderState | undefined
  /** Of what is recorded, or was last: what it came to. */
  result(): RecorderState | undefined
}

export function recordingOutput({ tool, anonymizer, rotation }: RecordingOptions): RecordingOutput {
  const stream = sampleStream()
  const lines = eventLinesOf(anonymizer)
  let recorder: Recorder | undefined
  let latest: Recorder | undefined

  async function stop(): Promise<void> {
    const stopped = recorder
    recorder = undefined
    await stopped?.close()
  }

  return {
    label: 'recording',
    async start(file) {
      await stop()
      latest = await openRecorder({ file, tool, anonymized: anonymizer !== undefined, rotation }, stream)
      recorder = latest
    },
    stop,
    settled: async () => recorder?.settled(),
    state: () => recorder?.state(),
    result: () => latest?.state(),
    accept(frame, sample) {
      const events = lines(frame)
      const own = anonymizer?.sample(sample) ?? sample
      if (recorder === undefined) stream.skip(own)
      else recorder.accept(own, events)
    },
    close: stop,
  }
}

/** A plain recording for the next program in a pipe, which may be slow: then it is waited for. */
export function recordingTo(stream: Writable, options: Omit<RecordingOptions, 'rotation'>): Output {
  const { tool, anonymizer } = options
  const samples = sampleStream()
  const lines = eventLinesOf(anonymizer)
  let isFirst = true
  return {
    label: 'recording',
    async accept(frame, sample) {
      const own = anonymizer?.sample(sample) ?? sample
      const { host, takenAtEpochMs, intervalMs } = own
      const facts = { host, startedAtEpochMs: takenAtEpochMs, intervalMs, tool }
      const header = isFirst ? samples.begin({ ...facts, anonymized: anonymizer !== undefined }, false) : ''
      isFirst = false
      await writeTo(stream, `${header.toString()}${samples.add(own, lines(frame)).bytes.toString()}`)
    },
    close: () => undefined,
  }
}

function eventLinesOf(anonymizer: Anonymizer | undefined): (frame: Frame) => string {
  const newsOf = frameNews('watch')
  return (frame) => {
    const lines = eventLines(frame, newsOf(frame).deaths)
    return anonymizer?.text(lines) ?? lines
  }
}
