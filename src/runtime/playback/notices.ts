import type { Clock } from '../../core/clock.ts'
import type { TimelineNotice } from '../../model/session.ts'

/** What a viewer is told for a while. */
export interface Notices {
  say(notice: TimelineNotice): void
  present(): TimelineNotice | undefined
}

const NOTICE_MS = 5000

export function startNotices(clock: Clock): Notices {
  let said: { readonly notice: TimelineNotice; readonly untilMs: number } | undefined
  return {
    say(notice: TimelineNotice) {
      said = { notice, untilMs: clock.elapsedMs() + NOTICE_MS }
    },
    present: () => (said !== undefined && clock.elapsedMs() < said.untilMs ? said.notice : undefined),
  }
}
