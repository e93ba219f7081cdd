import { startMemory, type Memory } from '../analyse/memory.ts'
import type { Rules } from '../analyse/rules.ts'
import { step } from '../analyse/step.ts'
import type { Fault } from '../core/fault.ts'
import type { Frame } from '../model/frame.ts'
import type { RiskLevel } from '../model/risk.ts'
import { reaches } from '../model/risk.ts'
import type { RawSample } from '../model/sample.ts'
import { partNames, type Want } from '../model/want.ts'
import type { Output } from '../outputs/output.ts'
import type { Source } from '../sources/source.ts'

export interface Run {
  readonly source: Source
  readonly outputs: readonly Output[]
  readonly rules: Rules
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
export async function run(request: Run): Promise<RunResult> {
  const { source, outputs, signal, stayOpen = false } = request
  let seen: Seen = { frames: 0, last: undefined, worst: undefined }
  try {
    for await (const { frame, sample, awaited } of framesOf(request)) {
      for (const output of outputs) await output.accept(frame, sample)
      seen = afterFrame(seen, frame)
      if (request.isEnough?.(frame, awaited) === true) break
    }
    if (stayOpen && seen.frames > 0) await stay(outputs, signal)
  } finally {
    for (const output of outputs) await output.close()
  }
  return { ...seen, fault: source.ending() }
}

type Seen = Pick<RunResult, 'frames' | 'last' | 'worst'>

function afterFrame({ frames, worst }: Seen, frame: Frame): Seen {
  return { frames: frames + 1, last: frame, worst: worseOf(worst, frame.risks[0]?.level) }
}

interface FoldedFrame {
  readonly frame: Frame
  readonly sample: RawSample
  readonly awaited: number
}

async function* framesOf({ source, rules, signal }: Run): AsyncIterable<FoldedFrame> {
  const memories = new Map<string, Memory>()
  const wants = new Map<string, readonly Want[]>()
  const answered = new Set<string>()
  for await (const sample of source.samples((host) => wants.get(host) ?? [], signal)) {
    const stepped = step(memories.get(sample.host) ?? startMemory(source.origin, rules), sample)
    memories.set(sample.host, stepped.memory)
    wants.set(sample.host, stepped.wants)
    for (const name of sample.parts.keys()) answered.add(name)
    const awaited = stepped.wants.filter((want) => !partNames(want).every((name) => answered.has(name)))
    yield { frame: stepped.frame, sample, awaited: awaited.length }
  }
}

async function stay(outputs: readonly Output[], signal: AbortSignal): Promise<void> {
  for (const output of outputs) output.refresh?.()
  if (signal.aborted) return
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve, { once: true })
  })
}

function worseOf(a: RiskLevel | undefined, b: RiskLevel | undefined): RiskLevel | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return reaches(a, b) ? a : b
}
