import { loopArguments } from './loop-mode.ts'
import { runNvidiaSmi } from './nvidia-smi-run.ts'
import { smiAnswers } from './smi-answers.ts'
import { judgeRun } from './smi-policy.ts'
import type { Clock } from '../../core/clock.ts'
import type { Part } from '../../model/sample.ts'
import type { SmiMode } from './nvidia-smi-run.ts'
import type { Verdict } from './smi-policy.ts'

/** Keeps nvidia-smi running, whatever happens to it, and hands out its newest answer. */
export interface NvidiaSmi {
  /** What came since the last call: a document with its age, or else what went wrong; nothing where nothing came. */
  take(elapsedMs: number): ReadonlyMap<string, Part>
  /** True when there is something to take. */
  hasNews(): boolean
  /** The pids in its latest document. */
  pids(): readonly number[]
  /** A tick has come: where each of them needs a run of its own, the next one starts, unless the last one still runs. */
  tick(): void
  /** A loop is started anew at that pace, half a second after the last change. */
  setInterval(intervalMs: number): void
  /** Ends what runs; resolves when it is gone. */
  stop(): Promise<void>
}

export interface NvidiaSmiOptions {
  readonly command: string
  readonly clock: Clock
  readonly intervalMs: number
  /** Called when there is something to take. */
  readonly onAnswer: () => void
}

const RESTART_DEBOUNCE_MS = 500

/** Starts at once: as a loop and, once the loop has proved unfit, as one run per tick. */
export function nvidiaSmi({ command, clock, intervalMs, onAnswer }: NvidiaSmiOptions): NvidiaSmi {
  const answers = smiAnswers(onAnswer)
  const stopped = new AbortController()
  let mode: SmiMode = 'loop'
  let failures = 0
  let wantedMs = intervalMs
  let runningMs = intervalMs
  let run = new AbortController()
  let startRun = (): void => undefined
  let debounce = new AbortController()
  const finished = supervise()

  async function supervise(): Promise<void> {
    while (!stopped.signal.aborted) {
      run = new AbortController()
      runningMs = wantedMs
      const { end, gone } = await runNvidiaSmi(
        {
          command,
          clock,
          mode,
          intervalMs: runningMs,
          onDocument: (document) => {
            failures = 0
            answers.document(document)
          },
        },
        run.signal,
      )
      await follow(judgeRun(end, command, mode, failures))
      await unlessStopped(gone)
    }
  }

  // never two at once, not even beside one that can't be killed
  function unlessStopped(gone: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        stopped.signal.removeEventListener('abort', done)
        resolve()
      }
      stopped.signal.addEventListener('abort', done)
      if (stopped.signal.aborted) done()
      void gone.then(done)
    })
  }

  async function follow(verdict: Verdict): Promise<void> {
    switch (verdict.kind) {
      case 'again':
        return
      case 'at-next-tick':
        if (stopped.signal.aborted) return
        await new Promise<void>((resolve) => {
          startRun = resolve
        })
        return
      case 'leave-loop':
        mode = 'single'
        answers.loopLeft(verdict.because)
        return
      case 'retry':
        failures += 1
        answers.trouble(verdict.trouble)
        await clock.sleep(verdict.afterMs, stopped.signal)
    }
  }

  async function restartIfNeeded(signal: AbortSignal): Promise<void> {
    await clock.sleep(RESTART_DEBOUNCE_MS, signal)
    const same = loopArguments(wantedMs).join() === loopArguments(runningMs).join()
    if (!signal.aborted && mode === 'loop' && !same) run.abort()
  }

  return {
    take: (elapsedMs) => answers.take(elapsedMs),
    hasNews: () => answers.hasNews(),
    pids: () => answers.pids(),
    tick() {
      startRun()
    },
    setInterval(nextMs) {
      wantedMs = nextMs
      debounce.abort()
      debounce = new AbortController()
      void restartIfNeeded(debounce.signal)
    },
    async stop() {
      for (const controller of [stopped, run, debounce]) controller.abort()
      startRun()
      await finished
    },
  }
}
