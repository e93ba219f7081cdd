import type { Output } from '../outputs/output.ts'
import type { Session, Shown } from './session.ts'

/** A session of which only the frames from a moment on are given; what stands before is judged all the same. */
export function since(session: Session, fromMs: number): Session {
  async function* shown(signal: AbortSignal, refresh: () => void): AsyncIterable<Shown> {
    for await (const one of session.shown(signal, refresh)) {
      if (one.kind !== 'frame' || one.frame.elapsedMs >= fromMs) yield one
    }
  }
  return { ...session, shown }
}

/** An output that is given a frame of each host only this often. */
export function every(output: Output, ms: number): Output {
  const given = new Map<string, number>()
  return {
    ...output,
    accept(frame, sample) {
      const lastMs = given.get(frame.host) ?? -Infinity
      if (frame.elapsedMs < lastMs + ms) return undefined
      given.set(frame.host, frame.elapsedMs)
      return output.accept(frame, sample)
    },
  }
}
