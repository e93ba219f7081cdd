import { seconds } from '../../core/units.ts'
import { startChild } from './child.ts'
import { documentReader } from './document-reader.ts'
import { loopArguments } from './loop-mode.ts'
import type { Clock } from '../../core/clock.ts'
import type { ChildEnd } from './child.ts'
import type { DocumentReader, SmiDocument } from './document-reader.ts'

export interface RunOptions {
  readonly command: string
  readonly clock: Clock
  readonly mode: SmiMode
  readonly intervalMs: number
  readonly onDocument: (document: SmiDocument) => void
}

/** `loop`: a document per interval until it is ended; `single`: one document. */
export type SmiMode = 'loop' | 'single'

/** How a run of nvidia-smi came to its end; `text` is what it printed after its last whole document. */
export type RunEnd =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'left'; readonly because: string }
  | { readonly kind: 'silent'; readonly afterMs: number; readonly text: string }
  | { readonly kind: 'ended'; readonly end: ChildEnd; readonly documents: number; readonly text: string }

export interface FinishedRun {
  readonly end: RunEnd
  /** Mostly resolved; a child that hangs in the driver can't even be killed before the driver lets go. */
  readonly gone: Promise<void>
}

/**
 * One run of `nvidia-smi -q -x`: until it ends by itself, is to be ended (`signal`), serves badly as a loop, or gives no
 * document for half a minute or three intervals.
 */
export async function runNvidiaSmi(options: RunOptions, signal: AbortSignal): Promise<FinishedRun> {
  const { command, clock, mode, intervalMs } = options
  const over = new AbortController()
  const stop = (): void => {
    over.abort()
  }
  const reader = documentReader(clock, intervalMs, options.onDocument)
  const child = await startChild(command, smiArguments(mode, intervalMs), (text) => {
    reader.read(text)
    if (mode === 'loop' && reader.whyLeave() !== undefined) stop()
  })
  let end: ChildEnd | undefined
  void child.ended.then((how) => {
    end = how
    stop()
  })
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()

  await silence(clock, () => reader.newestAtMs() + limitMs(intervalMs), over.signal)
  signal.removeEventListener('abort', stop)
  const endedBefore = end
  await child.end()

  return { end: endOf(options, reader, endedBefore, signal), gone: child.gone }
}

function endOf(
  options: RunOptions,
  reader: DocumentReader,
  end: ChildEnd | undefined,
  signal: AbortSignal,
): RunEnd {
  const because = reader.whyLeave()
  if (signal.aborted) return { kind: 'stopped' }
  if (options.mode === 'loop' && because !== undefined) return { kind: 'left', because }
  if (end === undefined) return { kind: 'silent', afterMs: limitMs(options.intervalMs), text: reader.rest() }
  return { kind: 'ended', end, documents: reader.documents(), text: reader.rest() }
}

/** How long a run may be silent before it counts as hung. */
function limitMs(intervalMs: number): number {
  return Math.max(seconds(30), 3 * intervalMs)
}

function smiArguments(mode: SmiMode, intervalMs: number): readonly string[] {
  return mode === 'loop' ? loopArguments(intervalMs) : ['-q', '-x']
}

/** Resolves when the moment `untilMs`, which moves on with each document, has passed, or `signal` is aborted. */
async function silence(clock: Clock, untilMs: () => number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const leftMs = untilMs() - clock.elapsedMs()
    if (signal.aborted || leftMs <= 0) return
    await clock.sleep(leftMs, signal)
  }
}
