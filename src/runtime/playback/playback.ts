import { once } from 'node:events'
import type { Rules } from '../../analyse/rules.ts'
import type { Clock } from '../../core/clock.ts'
import type { SourceOrigin } from '../../model/frame.ts'
import type { RawSample } from '../../model/sample.ts'
import type { SeekPlace, SessionState, SourceCommand } from '../../model/session.ts'
import type { Log, LogSpan } from '../../sources/replay/log.ts'
import { startPace } from '../../sources/replay/pace.ts'
import type { Seen } from '../../view/seen.ts'
import type { Session, Shown } from '../session.ts'
import { startFolding } from '../fold.ts'
import { momentOf, within, type Extent } from './seek-place.ts'
import { warningBeside } from './ticks.ts'
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
  let { loop } = options
  let wish: Wish | undefined = { kind: 'moment', ms: options.fromMs }
  let isMoving = false
  let ended = false
  /** The moment that is shown, and whether it was judged from the beginning on. */
  let shown = { ms: span.firstElapsedMs, exact: true }
  let hunt: Hunt | undefined
  let readPercent = 0
  let stepsBack = 0
  let bug: Error | undefined
  let interruption = new AbortController()

  async function giveWay(): Promise<void> {
    while (isMoving) await turn()
  }

  function extent(): Extent {
    const { firstElapsedMs: firstMs, firstEpochMs, lastEpochMs = firstEpochMs } = span
    const estimatedMs = firstMs + (lastEpochMs - firstEpochMs)
    const knownMs = Math.max(firstMs, chronicle.newestMs, traveller.cursor?.atMs ?? firstMs)
    return { firstMs, firstEpochMs, lastMs: survey.done ? knownMs : Math.max(estimatedMs, knownMs) }
  }

  function presentMs(): number {
    return wish?.kind === 'moment' ? wish.ms : shown.ms
  }

  function interrupt(next: Wish): void {
    wish = next
    interruption.abort()
    interruption = new AbortController()
  }

  function goTo(ms: number): void {
    hunt = undefined
    stepsBack = 0
    interrupt({ kind: 'moment', ms: within(ms, extent()) })
  }

  function goToPlace(place: SeekPlace): void {
    const ms = momentOf(place, extent(), presentMs())
    if (ms === undefined) notices.say({ kind: 'no-such-time' })
    else goTo(ms)
  }

  function goToWarning(direction: 1 | -1, fromMs: number): void {
    const found = warningBeside(chronicle.ticks, fromMs, direction)
    if (found !== undefined) goTo(found)
    else if (direction === 1 && !survey.done) hunt = { fromMs }
    else {
      hunt = undefined
      notices.say({ kind: 'no-warning', direction })
    }
  }

  function onProgress(refresh: () => void): void {
    const { cursor } = traveller
    const percent = Math.floor(100 * survey.readRatio(extent()))
    // a picture that stands still says how far it is, too
    if (percent !== readPercent) refresh()
    readPercent = percent
    if (hunt !== undefined) goToWarning(1, hunt.fromMs)
    // what was begun near its moment is judged anew as soon as all before it is known
    if (wish === undefined && cursor?.atMs !== undefined && !cursor.exact && survey.isKnown(cursor.atMs))
      interrupt({ kind: 'moment', ms: cursor.atMs })
  }

  /** One sample back from where the picture will be: what is before that is known when it has come there. */
  function stepBack(): void {
    if (isMoving || wish !== undefined) {
      stepsBack += 1
      return
    }
    const { previousMs } = traveller.cursor ?? {}
    if (previousMs !== undefined) interrupt({ kind: 'moment', ms: previousMs })
  }

  function control(command: SourceCommand): void {
    switch (command.kind) {
      case 'pause':
      case 'resume':
      case 'speed':
        pace.control(command)
        break
      case 'step':
        if (!pace.paused) pace.control({ kind: 'pause' })
        if (command.direction === -1) stepBack()
        else if (!ended) pace.control(command)
        break
      case 'seek-by':
        goTo(presentMs() + command.ms)
        break
      case 'seek-to':
        goToPlace(command.place)
        break
      case 'seek-warning':
        goToWarning(command.direction, presentMs())
        break
      case 'loop':
        loop = !loop
        break
      case 'interval':
      case 'record':
        break
    }
  }

  /** Goes where the viewer wishes, as long as there is no newer wish. */
  async function fulfil(present: Wish): Promise<readonly Seen[]> {
    wish = undefined
    if (present.kind === 'show') return traveller.seen
    isMoving = true
    const seen = await traveller.goTo(within(present.ms, extent()), () => wish === undefined)
    isMoving = false
    if (seen === undefined) return []
    ended = false
    noteShown()
    pace.jump(shown.ms)
    if (stepsBack > 0) {
      stepsBack -= 1
      stepBack()
    }
    void traveller.completePast().then((isNews) => {
      if (isNews && wish === undefined) interrupt({ kind: 'show' })
    }, fail)
    return seen
  }

  function noteShown(): void {
    const { cursor } = traveller
    shown = { ms: cursor?.atMs ?? shown.ms, exact: cursor?.exact ?? shown.exact }
  }

  function fail(error: unknown): void {
    bug = error instanceof Error ? error : new Error(String(error))
    interrupt({ kind: 'show' })
  }

  /** The next sample when it is due; undefined when something else is. */
  async function nextDue(signal: AbortSignal, refresh: () => void): Promise<RawSample | undefined> {
    const woken = AbortSignal.any([signal, interruption.signal])
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
    if (loop) {
      interrupt({ kind: 'moment', ms: options.fromMs })
      return
    }
    ended = true
    refresh()
    await aborted(woken)
  }

  async function* play(signal: AbortSignal, refresh: () => void): AsyncIterable<Shown> {
    while (!signal.aborted) {
      if (bug !== undefined) throw bug
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
    control,
    state(): SessionState {
      const { firstMs, lastMs } = extent()
      const durationMs = lastMs - firstMs
      const positionMs = shown.ms - firstMs
      return {
        kind: 'replay',
        speed: pace.speed,
        paused: pace.paused,
        ended,
        loop,
        progressRatio: durationMs > 0 ? positionMs / durationMs : 1,
        demo,
        timeline: {
          readRatio: survey.readRatio({ firstMs, lastMs }),
          exact: shown.exact,
          positionMs,
          durationMs,
          ticks: chronicle.ticks.map((tick) => ({ ...tick, atMs: tick.atMs - firstMs })),
          notice: hunt === undefined ? notices.present() : { kind: 'searching' },
        },
      }
    },
    ending: () => survey.ending ?? traveller.cursor?.ending,
  }
}

type Wish =
  | { readonly kind: 'moment'; readonly ms: number }
  /** What is seen has changed. */
  | { readonly kind: 'show' }

/** A warning after that moment is looked for. */
interface Hunt {
  readonly fromMs: number
}

function aborted(signal: AbortSignal): Promise<void> {
  return once(signal, 'abort').then(() => undefined)
}
