import type { Frame } from '../../model/frame.ts'
import type { Death } from '../../model/incident.ts'

/** What was said at this frame, as lines for people who look into a recording; empty when nothing was. */
export function eventLines(frame: Frame, newDeaths: readonly Death[]): string {
  const { elapsedMs, host, afterGap, events } = frame
  const said = [
    ...(afterGap ? [{ event: 'gap' }] : []),
    ...events.map(({ kind, risk }) => ({
      event: kind,
      risk: risk.id,
      level: risk.level,
      summary: risk.summary,
    })),
    ...newDeaths.map(({ workload, cause, summary }) => ({ event: 'death', workload, cause, summary })),
  ]
  return said.map((event) => `${JSON.stringify({ ...event, elapsedMs, host })}\n`).join('')
}
