import type { Rules } from '../analyse/rules.ts'
import type { Fault } from '../core/fault.ts'
import type { Frame } from '../model/frame.ts'
import type { RiskLevel } from '../model/risk.ts'
import { reaches } from '../model/risk.ts'
import type { Output } from '../outputs/output.ts'
import type { Source } from '../sources/source.ts'
import { follow } from './follow.ts'
import type { Session, Shown } from './session.ts'

export interface Run extends Omit<SessionRun, 'session'> {
  readonly source: Source
  readonly rules: Rules
}

export interface SessionRun {
  readonly session: Session
  readonly outputs: readonly Output[]
  readonly signal: AbortSignal
  /** The last frame stays on show when the source has ended, until `signal`: a replay on a screen. */
  readonly stayOpen?: boolean
  /**
   * Asked after each frame; true ends the run there.
   * @param awaited how many of the judgement's wants have had no answer yet
   */
  readonly isEnough?: (frame: Frame, awaited: number) => boolean
}

export interface RunResult {
  readonly frames: number
  readonly last: Frame | undefined
  /** The worst level that was raised at any time. */
  readonly worst: RiskLevel | undefined
  /** Why the source ended before its end, if it did. */
  readonly fault: Fault | undefined
}

/** The crank: source → fold → outputs, one sample at a time, each host with a memory of its own. Closes the outputs at the end. */
export async function run({ source, rules, ...request }: Run): Promise<RunResult> {
  return runSession({ ...request, session: follow(source, rules) })
}

/** The same for a session that is steered: outputs that are looked at may be shown its past. */
export async function runSession(request: SessionRun): Promise<RunResult> {
  const { session, outputs, signal, stayOpen = false } = request
  const refresh = (): void => {
    for (const output of outputs) output.refresh?.()
  }
  let seen: Counted = { frames: 0, last: undefined, worst: undefined }
  try {
    for await (const shown of session.shown(signal, refresh)) {
      await give(shown, outputs)
      seen = count(seen, shown)
      if (shown.kind === 'frame' && request.isEnough?.(shown.frame, shown.awaited) === true) break
    }
    if (stayOpen && seen.frames > 0) await stay(refresh, signal)
  } finally {
    for (const output of outputs) await output.close()
  }
  return { ...seen, fault: session.ending() }
}

async function give(shown: Shown, outputs: readonly Output[]): Promise<void> {
  for (const output of outputs) {
    switch (shown.kind) {
      case 'frame':
        await output.accept(shown.frame, shown.sample)
        break
      case 'past':
        await output.look?.(shown.seen)
        break
      case 'present':
        await output.look?.(undefined)
    }
  }
}

type Counted = Pick<RunResult, 'frames' | 'last' | 'worst'>

function count({ frames, last, worst }: Counted, shown: Shown): Counted {
  switch (shown.kind) {
    case 'frame':
      return counted(shown.frame, frames, worst)
    case 'past':
      return counted(shown.seen.frame, frames, worst)
    case 'present':
      return { frames, last, worst }
  }
}

function counted(frame: Frame, frames: number, worst: RiskLevel | undefined): Counted {
  return { frames: frames + 1, last: frame, worst: worseOf(worst, frame.risks[0]?.level) }
}

async function stay(refresh: () => void, signal: AbortSignal): Promise<void> {
  refresh()
  if (signal.aborted) return
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}

function worseOf(a: RiskLevel | undefined, b: RiskLevel | undefined): RiskLevel | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return reaches(a, b) ? a : b
}
