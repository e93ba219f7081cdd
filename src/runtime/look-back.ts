import type { Rules } from '../analyse/rules.ts'
import type { RawSample } from '../model/sample.ts'
import type { SessionState, SourceCommand, Unmoved } from '../model/session.ts'
import type { Source } from '../sources/source.ts'
import { startFolding } from './fold.ts'
import { warningBeside } from './playback/ticks.ts'
import { startPast } from './playback/past.ts'
import { momentOf, type Extent } from './playback/seek-place.ts'
import type { Session, Shown } from './session.ts'
import { startAsking } from './wants.ts'

/**
 * A live source on a screen: the viewer can look back over the last half an hour, while sampling goes on. A moment that is
 * looked at stands still until another one is asked for.
 */
export function lookingBack(source: Source, rules: Rules): Session {
  const folding = startFolding(source.origin, rules)
  const asking = startAsking()
  const past = startPast(folding, (memories) => startFolding(source.origin, rules, memories))
  const { traveller, chronicle } = past
  let epochAtZeroMs = 0
  /** What is looked at; undefined: the present. */
  let lookedAtMs: number | undefined
  let wish: Wish | undefined
  let wake = (): void => undefined

  function presentMs(): number {
    return wish?.kind === 'moment' ? wish.ms : (lookedAtMs ?? chronicle.newestMs)
  }

  /** @param unmoved why `ms` is undefined, if it is */
  function goTo(ms: number | undefined, unmoved: Unmoved): Unmoved | undefined {
    const firstMs = past.firstMs()
    if (firstMs === undefined) return { kind: 'no-past' }
    if (ms === undefined) return unmoved
    if (ms < presentMs() && presentMs() <= firstMs) return BEGINNING
    wish = ms >= chronicle.newestMs ? { kind: 'present' } : { kind: 'moment', ms: Math.max(firstMs, ms) }
    wake()
    return undefined
  }

  function extent(): Extent {
    const firstMs = past.firstMs() ?? 0
    return { firstMs, firstEpochMs: epochAtZeroMs + firstMs, lastMs: chronicle.newestMs }
  }

  function control(command: SourceCommand): Unmoved | undefined {
    switch (command.kind) {
      case 'seek-by':
        return goTo(presentMs() + command.ms, BEGINNING)
      case 'seek-to':
        return goTo(momentOf(command.place, extent(), presentMs()), { kind: 'no-such-time' })
      case 'step':
        return goTo(past.beside(presentMs(), command.direction), BEGINNING)
      case 'seek-warning': {
        const { direction } = command
        const moment = warningBeside(chronicle.ticks, presentMs(), direction)
        return goTo(moment, { kind: 'no-warning', direction })
      }
      case 'interval':
      case 'pause':
      case 'resume':
      case 'speed':
      case 'loop':
      case 'record':
        source.control(command)
        return undefined
    }
  }

  async function* fulfil(present: Wish): AsyncIterable<Shown> {
    wish = undefined
    if (present.kind === 'present') {
      lookedAtMs = undefined
      yield { kind: 'present' }
      return
    }
    const seen = await traveller.goTo(present.ms, () => wish === undefined)
    if (seen === undefined) return
    lookedAtMs = present.ms
    for (const one of seen) yield { kind: 'past', seen: one }
    if (await traveller.completePast()) for (const one of traveller.seen) yield { kind: 'past', seen: one }
  }

  async function* shown(signal: AbortSignal): AsyncIterable<Shown> {
    const samples = source.samples((host) => asking.wantsOf(host), signal)[Symbol.asyncIterator]()
    try {
      yield* all(samples)
    } finally {
      // whoever stops here does not wait for a sample that is under way
      void samples.return?.()
    }
  }

  async function* all(samples: AsyncIterator<RawSample, unknown>): AsyncIterable<Shown> {
    let next = samples.next()
    for (;;) {
      const woken = new Promise<undefined>((resolve) => {
        wake = () => {
          resolve(undefined)
        }
      })
      const result = wish === undefined ? await Promise.race([next, woken]) : undefined
      if (wish !== undefined) yield* fulfil(wish)
      if (result === undefined) continue
      if (result.done === true) return
      const sample = result.value
      epochAtZeroMs = sample.takenAtEpochMs - sample.elapsedMs
      const { frame, wants } = past.take(sample)
      yield { kind: 'frame', frame, sample, awaited: asking.after(sample, wants) }
      next = samples.next()
    }
  }

  return {
    shown,
    control,
    state(): SessionState {
      const state = source.state()
      if (state.kind !== 'live' || lookedAtMs === undefined) return state
      return { ...state, behindMs: Math.max(1, chronicle.newestMs - lookedAtMs) }
    },
    ending: () => source.ending(),
  }
}

const BEGINNING: Unmoved = { kind: 'beginning' }

type Wish = { readonly kind: 'moment'; readonly ms: number } | { readonly kind: 'present' }
