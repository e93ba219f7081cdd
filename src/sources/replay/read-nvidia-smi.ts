import type { RawSample } from '../../model/sample.ts'
import { reduceNvidiaSmi } from '../../parse/nvidia-smi-reduce.ts'
import { nvidiaSmiStamp } from '../../parse/nvidia-smi-stamp.ts'
import { splitChunk, startSplitting } from '../../parse/nvidia-smi-stream.ts'
import { continuing, type LogEntry } from './log-entry.ts'
import { describeError, type LogFile } from './log-file.ts'
import { spreadStamps, type Stamped } from './spread-stamps.ts'

/**
 * The documents of a log of `nvidia-smi -q -x` (also `-l`), each a sample, at the times that their own stamps give.
 * A last document without its end is not a sample: it would show fewer GPUs than there are.
 */
export async function* readNvidiaSmiLog(file: LogFile): AsyncIterable<LogEntry> {
  const place = continuing()
  const tail: Tail = { torn: undefined }
  let sequence = 0
  let beganMs: number | undefined
  for await (const { document, atMs, intervalMs, newSegment } of spreadStamps(documentsOf(file, tail))) {
    if (newSegment) place.startSegment()
    beganMs ??= atMs
    const sample: RawSample = {
      host: file.name,
      sequence,
      takenAtEpochMs: atMs,
      elapsedMs: atMs - beganMs,
      intervalMs,
      parts: new Map([['nvidia-smi', { kind: 'text', text: document.text }]]),
    }
    sequence += 1
    yield { kind: 'sample', sample: place.next(sample), position: document.position }
  }
  if (tail.torn === undefined) return
  yield { kind: 'end', fault: { kind: 'torn-tail', file: file.label, because: tail.torn } }
}

// of a document of which no more has come
const PROLOG = /^\s*<[?!]/

interface LogDocument extends Stamped {
  readonly text: string
  readonly position: number
}

/** Filled when the file ends in the middle of something. */
interface Tail {
  torn: string | undefined
}

async function* documentsOf(file: LogFile, tail: Tail): AsyncIterable<LogDocument> {
  let state = startSplitting()
  let position = 0
  const made = (text: string): LogDocument => {
    position += text.length
    return { text: reduceNvidiaSmi(text), stampMs: nvidiaSmiStamp(text), position }
  }
  try {
    for await (const piece of file.text()) {
      const split = splitChunk(state, piece)
      state = split.state
      for (const text of split.documents) yield made(text)
      if (split.strays !== '') yield made(split.strays)
    }
  } catch (error) {
    tail.torn = describeError(error)
    return
  }
  if (state.insideDocument || PROLOG.test(state.pending)) tail.torn = 'its last document has no closing tag'
  else if (state.pending.trim() !== '') yield made(state.pending)
}
