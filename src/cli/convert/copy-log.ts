import type { Fault } from '../../core/fault.ts'
import type { Outcome } from '../../model/outcome.ts'
import type { Anonymizer } from '../../outputs/recording/anonymizer.ts'
import type { Recorder } from '../../outputs/recording/recorder.ts'
import type { Log, LogEntry } from '../../sources/replay/log.ts'

export interface Copied {
  readonly samples: number
  /** Samples outside of the part that was asked for. */
  readonly passed: number
  readonly sizeBytes: number
  /** Why nothing could be written any more. */
  readonly trouble: string | undefined
  /** Why the log ended before its end, or what of it was lost. */
  readonly ending: Fault | undefined
}

export interface CopyOptions {
  readonly stderr: NodeJS.WritableStream
  readonly signal: AbortSignal
  readonly hiding: Anonymizer | undefined
  /** What is copied, in the log's elapsed time. What still stands of the time before comes with the first sample. */
  readonly fromMs: number
  readonly toMs: number
}

/** Copies a log or a part of it sample by sample, at the pace of the disk, and shows how far it is on a terminal. */
export async function copyLog(log: Log, recorder: Recorder, options: CopyOptions): Promise<Copied> {
  const { signal, hiding, fromMs, toMs } = options
  const progress = progressOn(options.stderr)
  let ending: Fault | undefined
  let passed = 0

  function isOutside({ elapsedMs }: { readonly elapsedMs: number }): boolean {
    return elapsedMs < fromMs || elapsedMs > toMs
  }

  async function copy(entry: LogEntry): Promise<void> {
    switch (entry.kind) {
      case 'sample': {
        const sample = hiding?.sample(entry.sample) ?? entry.sample
        progress.show(entry.share)
        if (isOutside(sample)) {
          passed += 1
          recorder.skip(sample)
          return
        }
        recorder.accept(sample, '')
        return recorder.settled()
      }
      case 'outcome': {
        if (isOutside(entry)) return
        const line = outcomeLine(entry.outcome)
        recorder.note(hiding?.text(line) ?? line)
        return
      }
      case 'end':
        ending = entry.fault
    }
  }

  // outcomes of the part may stand behind all samples
  for await (const entry of log.entries()) {
    await copy(entry)
    if (signal.aborted || recorder.state().fault !== undefined) break
  }
  progress.end()
  const { samples, sizeBytes, fault } = recorder.state()
  return {
    samples,
    passed,
    sizeBytes,
    trouble: fault?.kind === 'not-recorded' ? fault.because : undefined,
    ending,
  }
}

function outcomeLine({ foreseeable, ...outcome }: Outcome): string {
  const event = { event: 'outcome', ...outcome, ...(foreseeable ? {} : { foreseeable }) }
  return `${JSON.stringify(event)}\n`
}

const CLEAR_LINE = '\u001b[K'

function progressOn(stderr: NodeJS.WritableStream): { show(share: number): void; end(): void } {
  const isTerminal = 'isTTY' in stderr && stderr.isTTY === true
  let shown = -1
  return {
    show(share) {
      const percent = Math.floor(share * 100)
      if (isTerminal && percent !== shown) stderr.write(`\r${CLEAR_LINE}converting ${percent} %`)
      shown = percent
    },
    end() {
      if (isTerminal && shown >= 0) stderr.write(`\r${CLEAR_LINE}`)
    },
  }
}
