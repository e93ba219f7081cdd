/**
 * When the tick after the one at `fromMs` is due: at this node's place in the interval, and not sooner than half an
 * interval, so that a tick out of turn (a connection that was made or lost) does not make two.
 * @param phase the place, 0 to 1
 */
export function nextTickMs(fromMs: number, intervalMs: number, phase: number): number {
  const offsetMs = phase * intervalMs
  const turns = Math.floor((fromMs - offsetMs) / intervalMs) + 1
  const nextMs = turns * intervalMs + offsetMs
  return nextMs - fromMs < intervalMs / 2 ? nextMs + intervalMs : nextMs
}
