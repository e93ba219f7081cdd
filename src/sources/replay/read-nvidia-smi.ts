import { reduceNvidiaSmi } from '../../parse/nvidia-smi-reduce.ts'
import { nvidiaSmiStamp } from '../../parse/nvidia-smi-stamp.ts'
import { splitChunk, startSplitting, type SplitState } from '../../parse/nvidia-smi-stream.ts'
import { fragmentsOf, type Fragment } from './fragments.ts'
import { MAX_USELESS_CHARACTERS, type FileEntry, type ReadFrom } from './log-entry.ts'
import type { LogFile } from './log-file.ts'
import type { Place } from './place.ts'
import { damage, placeOf, stampedSamples, type StampedMark, type StampedText } from './stamped-samples.ts'

export interface NvidiaSmiMark extends StampedMark {
  readonly format: 'nvidia-smi'
}

/**
 * The documents of a log of `nvidia-smi -q -x` (also `-l`), each a sample, at the times that their own stamps give.
 * A document without its end is not a sample: it would show fewer GPUs than there are.
 */
export function readNvidiaSmiLog(
  file: LogFile,
  from: ReadFrom<NvidiaSmiMark>,
): AsyncIterable<FileEntry<NvidiaSmiMark>> {
  return stampedSamples(startDocuments(file, from), 'nvidia-smi', file, from, (mark) => ({
    format: 'nvidia-smi',
    ...mark,
  }))
}

const ROOT_END = '</nvidia_smi_log>'
// of a document of which no more has come
const PROLOG = /^\s*<[?!]/

type LogDocument = StampedText<NvidiaSmiMark>

function startDocuments(file: LogFile, from: ReadFrom<NvidiaSmiMark>) {
  let state = startSplitting()
  // the first text of a middle is the end of a document
  let finding = from.kind === 'middle'
  let start: Place | undefined
  let readTo = 0
  let useless = 0
  /** What went wrong behind the last document. */
  const trouble: FileEntry<never>[] = []

  function made(text: string): LogDocument {
    const place = start
    // what is left of the text behind it begins in the middle of a fragment
    start = undefined
    useless = 0
    const before = trouble.splice(0)
    return { text: reduceNvidiaSmi(text), stampMs: nvidiaSmiStamp(text), place, readTo, before }
  }

  function* take(next: Fragment): Iterable<LogDocument> {
    if (state.pending === '') start = next.place
    readTo = next.readTo
    useless += next.text.length
    const split = splitChunk(state, next.text)
    state = finding && next.ended ? startSplitting() : split.state
    if (!finding) {
      for (const text of split.documents) yield made(text)
      if (split.strays !== '') yield made(split.strays)
    }
    finding &&= !next.ended
  }

  return {
    trouble,
    async *read(): AsyncIterable<LogDocument> {
      for await (const next of fragmentsOf(file.pieces(placeOf(from, file)), ROOT_END, file.encoding)) {
        if (next.kind === 'text') yield* take(next)
        else {
          trouble.push(damage(file, next.because))
          state = startSplitting()
        }
        if (useless > MAX_USELESS_CHARACTERS) {
          trouble.push(noSample(file))
          return
        }
      }
      const rest = restOf(state)
      if (rest === 'torn') trouble.push(damage(file, 'its last document has no closing tag'))
      else if (rest === 'words') yield made(state.pending)
    },
  }
}

function restOf(state: SplitState): 'torn' | 'words' | 'nothing' {
  if (state.insideDocument || PROLOG.test(state.pending)) return 'torn'
  return state.pending.trim() === '' ? 'nothing' : 'words'
}

function noSample(file: LogFile): FileEntry<never> {
  const because = 'it holds 64 MiB of text without a sample'
  return { kind: 'refused', fault: { kind: 'unreadable-log', file: file.label, because } }
}
