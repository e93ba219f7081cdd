import type { SeekPlace, SourceCommand } from '../../model/session.ts'
import type { Pace } from '../../sources/replay/pace.ts'
import type { Notices } from './notices.ts'
import { momentOf, within, type Extent } from './seek-place.ts'
import type { Survey } from './survey.ts'
import { warningBeside } from './ticks.ts'

export type Wish =
  | { readonly kind: 'moment'; readonly ms: number }
  /** What is seen has changed. */
  | { readonly kind: 'show' }

/** What the viewer of a log wishes to see next, made of the commands that come in the meantime. */
export interface Steering {
  readonly loop: boolean
  /** A warning is looked for that has not been read yet. */
  readonly isHunting: boolean
  /** Aborted by the next wish. */
  readonly interruption: AbortSignal
  hasWish(): boolean
  /** The newest wish, which is then being fulfilled. */
  takeWish(): Wish | undefined
  wish(next: Wish): void
  control(command: SourceCommand): void
  /** More of the log has been looked through. */
  onProgress(): void
  /** The picture has come where it was wished to be. */
  onArrival(): void
}

export interface SteeringRequest {
  readonly pace: Pace
  readonly notices: Notices
  readonly survey: Survey
  readonly fromMs: number
  readonly loop: boolean
  readonly extent: () => Extent
  readonly present: () => Present
}

/** Where the picture is. */
export interface Present {
  readonly ms: number
  /** The moment before it; undefined where it is not known. */
  readonly previousMs: number | undefined
  readonly isMoving: boolean
  readonly ended: boolean
}

export function startSteering(request: SteeringRequest): Steering {
  const { pace, notices, survey, extent, present } = request
  let { loop } = request
  let wish: Wish | undefined = { kind: 'moment', ms: request.fromMs }
  /** A warning after that moment is looked for. */
  let huntFromMs: number | undefined
  let stepsBack = 0
  let interruption = new AbortController()

  function interrupt(next: Wish): void {
    wish = next
    interruption.abort()
    interruption = new AbortController()
  }

  /** Where the picture is, or will be. */
  function presentMs(): number {
    return wish?.kind === 'moment' ? within(wish.ms, extent()) : present().ms
  }

  function goTo(ms: number): void {
    huntFromMs = undefined
    stepsBack = 0
    interrupt({ kind: 'moment', ms: within(ms, extent()) })
  }

  function goToPlace(place: SeekPlace): void {
    const ms = momentOf(place, extent(), presentMs())
    if (ms === undefined) notices.say({ kind: 'no-such-time' })
    else goTo(ms)
  }

  function goToWarning(direction: 1 | -1, fromMs: number): void {
    const found = warningBeside(survey.chronicle.ticks, fromMs, direction)
    if (found !== undefined) goTo(found)
    else if (direction === 1 && !survey.done) huntFromMs = fromMs
    else {
      huntFromMs = undefined
      notices.say({ kind: 'no-warning', direction })
    }
  }

  function step(command: Extract<SourceCommand, { kind: 'step' }>): void {
    if (!pace.paused) pace.control({ kind: 'pause' })
    if (command.direction === -1) stepBack()
    else if (!present().ended) pace.control(command)
  }

  /** One sample back from where the picture will be: what is before that is known when it has come there. */
  function stepBack(): void {
    const { isMoving, previousMs } = present()
    if (isMoving || wish !== undefined) stepsBack += 1
    else if (previousMs !== undefined) interrupt({ kind: 'moment', ms: previousMs })
  }

  return {
    get loop() {
      return loop
    },
    get isHunting() {
      return huntFromMs !== undefined
    },
    get interruption() {
      return interruption.signal
    },
    hasWish: () => wish !== undefined,
    takeWish() {
      const taken = wish
      wish = undefined
      return taken
    },
    wish: interrupt,
    control(command) {
      switch (command.kind) {
        case 'pause':
        case 'resume':
        case 'speed':
          pace.control(command)
          break
        case 'step':
          step(command)
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
    },
    onProgress() {
      if (huntFromMs !== undefined) goToWarning(1, huntFromMs)
    },
    onArrival() {
      if (stepsBack === 0) return
      stepsBack -= 1
      stepBack()
    },
  }
}
