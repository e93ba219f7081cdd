import type { Frame } from '../model/frame.ts'
import { NO_HISTORY, remember } from './history.ts'
import type { History } from './history.ts'
import { LEVELS } from './track.ts'
import { logged } from './warning-log.ts'
import type { WarningLog } from './warning-log.ts'

/** What the screen keeps of one host: its newest frame, the past for charts, and what became of its warnings. */
export interface Seen {
  readonly frame: Frame
  readonly history: History
  readonly log: WarningLog
}

/** A host's newest frame added to what was kept of it. */
export function see(before: Seen | undefined, frame: Frame, depth = LEVELS): Seen {
  return {
    frame,
    history: remember({ ...(before?.history ?? NO_HISTORY), depth }, frame),
    log: logged(before?.log ?? [], frame),
  }
}
