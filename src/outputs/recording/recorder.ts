import type { Fault } from '../../core/fault.ts'
import { seconds } from '../../core/units.ts'
import type { RawSample } from '../../model/sample.ts'
import type { RecordingState } from '../../model/session.ts'
import { fileSink } from './file-sink.ts'
import type { Rotation } from './rotation.ts'
import type { SampleStream } from './sample-stream.ts'

export interface RecorderOptions {
  /** Compact and compressed where it ends in `.gz`. */
  readonly file: string
  /** The version of llmtop. */
  readonly tool: string
  readonly anonymized: boolean
  readonly rotation: Rotation | undefined
}

/** Writes samples to a file. A disk that is full or slow loses samples and nothing else: it goes on when there is room. */
export interface Recorder {
  /** @param events lines for people, or nothing */
  accept(sample: RawSample, events: string): void
  /** Takes note of a sample that is not written: what still stands of it is written with the next one that is. */
  skip(sample: RawSample): void
  /** Lines that belong to no sample, such as outcomes; lost where nothing can be written. */
  note(lines: string): void
  state(): RecorderState
  /** Resolves when all that was accepted so far is written or lost. */
  settled(): Promise<void>
  close(): Promise<void>
}

export interface RecorderState extends RecordingState {
  readonly samples: number
  readonly lostSamples: number
}

/** How often a file that could not be written is tried again. */
const TRY_AGAIN_MS = seconds(5)

/**
 * @param stream has seen the samples so far, if any: what still stands of them is written first
 * @returns when the file is open, or can't be opened: then `state` says why, and it is tried again
 */
export async function openRecorder(options: RecorderOptions, stream: SampleStream): Promise<Recorder> {
  const { file, tool, anonymized, rotation } = options
  const compact = file.endsWith('.gz')
  const sink = fileSink(file, compact)
  await sink.open()
  let samples = 0
  let lostSamples = 0
  let isInterrupted = false
  let triedAtMs = 0
  let beganMs = 0

  function lose(sample: RawSample): void {
    if (!isInterrupted) {
      // where the disk is only slow, this closes what stands before
      sink.append(stream.end())
      stream.interrupt()
      isInterrupted = true
      triedAtMs = sample.elapsedMs
    }
    stream.skip(sample)
    lostSamples += 1
    if (sample.elapsedMs - triedAtMs < TRY_AGAIN_MS || !sink.isShut()) return
    triedAtMs = sample.elapsedMs
    void sink.open()
  }

  function count(isWritten: boolean): void {
    if (isWritten) samples += 1
    else lostSamples += 1
  }

  function begin({ host, takenAtEpochMs, elapsedMs, intervalMs }: RawSample): void {
    const header = { host, startedAtEpochMs: takenAtEpochMs, intervalMs, tool, anonymized }
    sink.appendHeader(stream.begin(header, compact))
    beganMs = elapsedMs
  }

  function isFull(sample: RawSample): boolean {
    if (rotation === undefined || !stream.isAtBoundary(sample)) return false
    return sink.sizeBytes() >= rotation.maxBytes || sample.elapsedMs - beganMs >= rotation.maxMs
  }

  return {
    accept(sample, events) {
      if (!sink.isReady()) {
        lose(sample)
        return
      }
      isInterrupted = false
      if (sink.needsHeader()) {
        begin(sample)
      } else if (rotation !== undefined && isFull(sample)) {
        sink.append(stream.end())
        sink.rotate(rotation.keep, sample.takenAtEpochMs)
        begin(sample)
      }
      const { closing, bytes } = stream.add(sample, events)
      sink.append(closing === undefined ? bytes : Buffer.concat([closing, bytes]), count)
      if (closing !== undefined) sink.sync()
    },
    skip(sample) {
      stream.skip(sample)
    },
    note(lines) {
      if (sink.isReady() && !sink.needsHeader()) sink.append(stream.addLines(lines))
    },
    state: () => ({
      file,
      sizeBytes: sink.sizeBytes(),
      fault: faultOf(file, sink.trouble()),
      samples,
      lostSamples,
    }),
    settled: () => sink.settled(),
    async close() {
      sink.append(stream.end())
      await sink.close()
    },
  }
}

function faultOf(file: string, because: string | undefined): Fault | undefined {
  return because === undefined ? undefined : { kind: 'not-recorded', file, because }
}
