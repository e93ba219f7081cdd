import { MAX_DOCUMENT_LENGTH } from './nvidia-smi.ts'

const ROOT = '<nvidia_smi_log'
const ROOT_END = '</nvidia_smi_log>'

const MAX_STRAY_LINES = 500
const MAX_STRAY_LENGTH = 64 * 1024

// of a closing tag, that may have come so far
const LONGEST_PART = ROOT_END.length - 1

/** What is known of a stream between two chunks. Its size is bounded. */
export interface SplitState {
  /** What came since the last document and is not yet one; the last words of a child that died stand here. */
  readonly pending: string
  /** The end of what was searched, in which a tag may have begun. */
  readonly tail: string
  readonly insideDocument: boolean
  /** Lines in `pending` while no document has begun. */
  readonly strayLines: number
  /** True in a document that grew too large and is thrown away up to its end. */
  readonly dropping: boolean
}

export interface SplitStep {
  readonly state: SplitState
  /** Complete documents, each with the prolog and the error lines that stood before it. */
  readonly documents: readonly string[]
  /** Lines that no document followed within 500 lines; '' mostly. */
  readonly strays: string
}

/** The state before the first chunk of the output of `nvidia-smi -q -x -l N`. */
export function startSplitting(): SplitState {
  return { pending: '', tail: '', insideDocument: false, strayLines: 0, dropping: false }
}

/**
 * Takes the next piece of the output of `nvidia-smi -q -x -l N`, of whatever size, and gives the documents that it
 * completes. Only the new piece is searched. A document of more than 16 Mi characters is dropped.
 */
export function splitChunk(state: SplitState, chunk: string): SplitStep {
  const window = state.tail + chunk
  const documents: string[] = []
  let next = state
  let from = 0 // where the search goes on in the window
  let fresh = state.tail.length // from where the window is not yet in `next.pending`
  for (let end = window.indexOf(ROOT_END); end >= 0; end = window.indexOf(ROOT_END, from)) {
    from = end + ROOT_END.length
    if (!next.dropping) documents.push((next.pending + window.slice(fresh, from)).trimStart())
    next = startSplitting()
    fresh = from
  }
  const added = window.slice(fresh)
  const insideDocument = next.insideDocument || window.includes(ROOT, from)
  return release(documents, {
    pending: next.pending + added,
    tail: window.slice(Math.max(from, window.length - LONGEST_PART)),
    insideDocument,
    strayLines: insideDocument ? 0 : next.strayLines + countLines(added),
    dropping: next.dropping,
  })
}

// what has grown too large is let go
function release(documents: readonly string[], state: SplitState): SplitStep {
  const { pending, insideDocument, tail } = state
  if (insideDocument) {
    const dropping = state.dropping || pending.length > MAX_DOCUMENT_LENGTH
    return { documents, strays: '', state: dropping ? { ...state, dropping, pending: '' } : state }
  }
  if (state.strayLines < MAX_STRAY_LINES && pending.length < MAX_STRAY_LENGTH)
    return { documents, strays: '', state }
  // the last line may be the beginning of a document
  const end = pending.lastIndexOf('\n') + 1 || pending.length - tail.length
  return {
    documents,
    strays: pending.slice(0, end),
    state: { ...state, pending: pending.slice(end), strayLines: 0 },
  }
}

function countLines(text: string): number {
  return text.split('\n').length - 1
}

/**
 * The documents of a whole file, each with what stands before it; the rest after the last one is the last element where
 * it is not blank, complete or not. Line ends of Windows and a byte order mark are no matter.
 */
export function splitDocuments(text: string): readonly string[] {
  const documents: string[] = []
  let from = 0
  for (let end = text.indexOf(ROOT_END); end >= 0; end = text.indexOf(ROOT_END, from)) {
    const close = end + ROOT_END.length
    documents.push(text.slice(from, close).trimStart())
    from = close
  }
  const rest = text.slice(from).trim()
  return rest === '' ? documents : [...documents, rest]
}
