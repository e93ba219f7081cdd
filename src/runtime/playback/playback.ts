import { once } from 'node:events'
import type { Rules } from '../../analyse/rules.ts'
import type { Clock } from '../../core/clock.ts'
import type { SourceOrigin } from '../../model/frame.ts'
import type { RawSample } from '../../model/sample.ts'
import type { SessionState } from '../../model/session.ts'
import type { Log, LogSpan } from '../../sources/replay/log.ts'
import { startPace } from '../../sources/replay/pace.ts'
import type { Seen } from '../../view/seen.ts'
import type { Session, Shown } from '../session.ts'
import { startFolding } from '../fold.ts'
import { within, type Extent } from './seek-place.ts'
import { startSteering, type Wish } from './steering.ts'
import { startNotices } from './notices.ts'
import { startSurvey } from './survey.ts'
import { startTravel } from './travel.ts'
import { turn } from './turn.ts'

export interface PlaybackOptions {
  readonly log: Log
  readonly span: LogSpan
  readonly rules: Rules
  readonly clock: Clock
  readonly speed: number
  readonly demo: boolean
  readonly loop: boolean
  /** Where it begins to play, and where it ends. */
  readonly fromMs: number
  readonly toMs: number
}

/**
 * A log on a screen: it is played at a pace, and the viewer goes to any moment of it. Meanwhile it is looked through from
 * its beginning, so that every moment can be judged as if everything before it had been played, and warnings are known.
 */
export function playback(options: PlaybackOptions): Session {
  const { log, span, rules, clock, demo } = options
  const origin: SourceOrigin = { kind: 'replay', label: demo ? 'demo' : log.label }
  const pace = startPace(clock, options.speed)
  const survey = startSurvey(log, startFolding(origin, rules), giveWay)
  const { chronicle } = survey
  const traveller = startTravel({
    chronicle,
    beginning: () => log.entries(),
    isKnown: (ms) => survey.isKnown(ms),
    near: (ms) => log.near(ms),
    isGrowing: false,
    fold: (memories) => startFolding(origin, rules, memories),
    firstMs: () => span.firstElapsedMs,
  })
  const notices = startNotices(clock)
  let isMoving = false
  let ended = false
  /** The moment that is shown, and whether it was judged from the beginning on. */
  let shown = { ms: span.firstElapsedMs, exact: true }
  let readPercent = 0
  let bug: Error | undefined
  const steering = startSteering({
    pace,
    notices,
    survey,
    fromMs: options.fromMs,
    loop: options.loop,
    extent,
    present: () => ({ ms: shown.ms, previousMs: traveller.cursor?.previousMs, isMoving, ended }),
  })

  async function giveWay(): Promise<void> {
    while (isMoving) await turn()
  }

  function extent(): Extent {
    const { firstElapsedMs: firstMs, firstEpochMs, lastEpochMs = firstEpochMs } = span
    const estimatedMs = firstMs + (lastEpochMs - firstEpochMs)
    const knownMs = Math.max(firstMs, chronicle.newestMs, traveller.cursor?.atMs ?? firstMs)
    return { firstMs, firstEpochMs, lastMs: survey.done ? knownMs : Math.max(estimatedMs, knownMs) }
  }

  function onProgress(refresh: () => void): void {
    const { cursor } = traveller
    const percent = Math.floor(100 * survey.readRatio(extent()))
    // a picture that stands still says how far it is, too
    if (percent !== readPercent) refresh()
    readPercent = percent
    steering.onProgress()
    // what was begun near its moment is judged anew as soon as all before it is known
    if (!steering.hasWish() && cursor?.atMs !== undefined && !cursor.exact && survey.isKnown(cursor.atMs))
      steering.wish({ kind: 'moment', ms: cursor.atMs })
  }

  /** Goes where the viewer wishes, as long as there is no newer wish. */
  async function fulfil(present: Wish): Promise<readonly Seen[]> {
    if (present.kind === 'show') return traveller.seen
    isMoving = true
    const seen = await traveller.goTo(within(present.ms, extent()), () => !steering.hasWish())
    isMoving = false
    if (seen === undefined) return []
    ended = false
    noteShown()
    pace.jump(shown.ms)
    steering.onArrival()
    void traveller.completePast().then((isNews) => {
      if (isNews && !steering.hasWish()) steering.wish({ kind: 'show' })
    }, fail)
    return seen
  }

  function noteShown(): void {
    const { cursor } = traveller
    shown = { ms: cursor?.atMs ?? shown.ms, exact: cursor?.exact ?? shown.exact }
  }

  function fail(error: unknown): void {
    bug = error instanceof Error ? error : new Error(String(error))
    steering.wish({ kind: 'show' })
  }

  /** The next sample when it is due; undefined when something else is. */
  async function nextDue(signal: AbortSignal, refresh: () => void): Promise<RawSample | undefined> {
    const woken = AbortSignal.any([signal, steering.interruption])
    const sample = await traveller.cursor?.peek()
    if (sample === undefined || sample.elapsedMs > options.toMs) {
      await atEnd(woken, refresh)
      return undefined
    }
    await pace.until(sample, woken)
    return woken.aborted ? undefined : sample
  }

  async function atEnd(woken: AbortSignal, refresh: () => void): Promise<void> {
    if (woken.aborted) return
    if (steering.loop) {
      steering.wish({ kind: 'moment', ms: options.fromMs })
      return
    }
    ended = true
    refresh()
    await aborted(woken)
  }

  async function* play(signal: AbortSignal, refresh: () => void): AsyncIterable<Shown> {
    while (!signal.aborted) {
      if (bug !== undefined) throw bug
      const wish = steering.takeWish()
      if (wish !== undefined) {
        for (const seen of await fulfil(wish)) yield { kind: 'past', seen }
        continue
      }
      const sample = await nextDue(signal, refresh)
      if (sample === undefined) continue
      const seen = traveller.take(sample)
      if (seen.frame.afterGap) notices.say({ kind: 'gap-skipped', ms: sample.elapsedMs - shown.ms })
      noteShown()
      yield { kind: 'past', seen }
      // as fast as it goes leaves no pause for keys
      await turn()
    }
  }

  return {
    async *shown(signal, refresh) {
      const surveying = survey
        .run(signal, () => {
          onProgress(refresh)
        })
        .catch(fail)
      try {
        yield* play(signal, refresh)
      } finally {
        traveller.close()
        isMoving = false
        await surveying
      }
    },
    control: (command) => {
      steering.control(command)
      return undefined
    },
    state(): SessionState {
      const { firstMs, lastMs } = extent()
      const durationMs = lastMs - firstMs
      const positionMs = shown.ms - firstMs
      return {
        kind: 'replay',
        speed: pace.speed,
        paused: pace.paused,
        ended,
        loop: steering.loop,
        progressRatio: durationMs > 0 ? positionMs / durationMs : 1,
        demo,
        timeline: {
          readRatio: survey.readRatio({ firstMs, lastMs }),
          exact: shown.exact,
          positionMs,
          durationMs,
          ticks: chronicle.ticks.map((tick) => ({ ...tick, atMs: tick.atMs - firstMs })),
          notice: steering.isHunting ? { kind: 'searching' } : notices.present(),
        },
      }
    },
    ending: () => survey.ending ?? traveller.cursor?.ending,
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return once(signal, 'abort').then(() => undefined)
}
