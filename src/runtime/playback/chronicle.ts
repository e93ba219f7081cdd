import type { Frame } from '../../model/frame.ts'
import type { RawSample } from '../../model/sample.ts'
import type { TimelineTick } from '../../model/session.ts'
import { noteOf } from '../../view/history-note.ts'
import { logged, type WarningLog } from '../../view/warning-log.ts'
import type { Folding } from '../fold.ts'
import type { Step } from '../../analyse/step.ts'
import { startCheckpoints, type Checkpoint, type Checkpoints } from './checkpoints.ts'
import { startTicks } from './ticks.ts'

/** What is kept of samples that are folded in their order, so that every moment of them can be gone back to. */
export interface Chronicle {
  readonly checkpoints: Checkpoints
  /** The newest sample; -Infinity before the first. */
  readonly newestMs: number
  /** In order of time. */
  readonly ticks: readonly TimelineTick[]
  /**
   * Folds the next sample.
   * @param onwards this sample and all behind it, where reading can begin
   */
  take(sample: RawSample, onwards: Checkpoint['onwards'] | undefined): Step
  tick(tick: TimelineTick): void
  /** What became of warnings on a host before a moment. */
  warningsOf(host: string, untilMs: number): WarningLog
  /** Nobody goes back there any more. */
  forgetBefore(ms: number): void
}

// what a hostile log raises and clears all the time is bounded
const MOST_TICKS = 5000

export function startChronicle(folding: Folding): Chronicle {
  const checkpoints = startCheckpoints()
  const finder = startTicks()
  const warnings = new Map<string, WarningLog>()
  let ticks: TimelineTick[] = []
  let newestMs = -Infinity
  let sinceCheckpoint = Infinity

  function tick(found: TimelineTick): void {
    if (ticks.length < MOST_TICKS) ticks.push(found)
  }

  function note(frame: Frame): void {
    checkpoints.note(noteOf(frame))
    for (const found of finder.ticksOf(frame)) tick(found)
    warnings.set(frame.host, logged(warnings.get(frame.host) ?? [], frame))
  }

  return {
    checkpoints,
    get newestMs() {
      return newestMs
    },
    get ticks() {
      return ticks
    },
    take(sample, onwards) {
      const { memories } = folding
      if (onwards !== undefined && checkpoints.isDue(sinceCheckpoint / Math.max(1, memories.size))) {
        checkpoints.add({ atMs: sample.elapsedMs, onwards, memories })
        sinceCheckpoint = 0
      }
      sinceCheckpoint += 1
      newestMs = sample.elapsedMs
      const stepped = folding.next(sample)
      note(stepped.frame)
      return stepped
    },
    tick,
    warningsOf: (host, untilMs) =>
      (warnings.get(host) ?? []).filter(({ atElapsedMs }) => atElapsedMs < untilMs),
    forgetBefore(ms) {
      checkpoints.forgetBefore(ms)
      ticks = ticks.filter(({ atMs }) => atMs >= ms)
    },
  }
}
