import { setMaxListeners } from 'node:events'
import { liveState } from '../../model/session.ts'
import { seconds } from '../../core/units.ts'
import { alarm } from './alarm.ts'
import { errands } from './errands.ts'
import { host } from './host.ts'
import { named, type NamedThings } from './named.ts'
import { nvidiaSmi } from './nvidia-smi.ts'
import { sampler } from './sampler.ts'
import { wanted } from './wanted.ts'
import type { Clock } from '../../core/clock.ts'
import type { RawSample } from '../../model/sample.ts'
import type { Transport } from '../../transport/transport.ts'
import type { Source, WantsOf } from '../source.ts'

export interface LocalSourceOptions extends NamedThings {
  readonly host: string
  readonly clock: Clock
  readonly intervalMs: number
  readonly transport: Transport
  /** The command, or the path of it. */
  readonly nvidiaSmi?: string
  readonly procRoot?: string
}

/** The first frame shows GPUs where they can be had in this time; else the host comes first, and nobody waits. */
const FIRST_DOCUMENT_WAIT_MS = seconds(1)
const LONGEST_SETTLE_MS = 1500
/** Enough for the files of /proc on a busy machine, however short the interval. */
const SHORTEST_SETTLE_MS = 250
const CATCH_UP_ROUNDS = 6
const CATCH_UP_MS = seconds(2)

/**
 * Watches this machine: nvidia-smi, /proc and what the judgement wants, a sample at each tick of `clock`. Nothing slow
 * holds up a tick: what has not come goes into a later sample. To be started once.
 */
export function localSource(options: LocalSourceOptions): Source {
  let intervalMs = options.intervalMs
  let onInterval: (intervalMs: number) => void = () => undefined
  return {
    origin: { kind: 'local', label: options.host },
    samples: (wantsOf, signal) =>
      watch(options, wantsOf, signal, {
        intervalMs: () => intervalMs,
        onChange: (listener) => {
          onInterval = listener
        },
      }),
    control(command) {
      if (command.kind !== 'interval') return
      intervalMs = command.intervalMs
      onInterval(intervalMs)
    },
    state: () => liveState(intervalMs),
    ending: () => undefined,
  }
}

interface Pace {
  intervalMs(): number
  onChange(listener: (intervalMs: number) => void): void
}

async function* watch(
  options: LocalSourceOptions,
  wantsOf: WantsOf,
  signal: AbortSignal,
  pace: Pace,
): AsyncGenerator<RawSample, void, undefined> {
  const { clock, transport, procRoot = '/proc', nvidiaSmi: command = 'nvidia-smi' } = options
  // each request under way listens for the end of the run, and Node would warn of the eleventh on the screen
  setMaxListeners(0, signal)
  const waking = alarm(clock, signal)
  const pending = errands(clock, signal)
  const machine = host({ procRoot, transport, errands: pending, signal })
  const wishes = wanted(transport, pending, signal)
  const others = named(options, pending, signal)
  const samples = sampler(options.host, clock, pace)
  const gpus = nvidiaSmi({ command, clock, intervalMs: pace.intervalMs(), onAnswer: waking.ring })
  pace.onChange((intervalMs) => {
    gpus.setInterval(intervalMs)
    waking.ring()
  })

  async function* tick(): AsyncGenerator<RawSample, void, undefined> {
    const moment = samples.now()
    const document = gpus.take(moment.elapsedMs)
    gpus.tick()
    machine.tick(gpus.pids(), moment.elapsedMs, pace.intervalMs())
    others.tick(moment.elapsedMs)
    wishes.askDue(wantsOf(options.host), moment.elapsedMs)
    await pending.settle(clamp(pace.intervalMs() / 2, SHORTEST_SETTLE_MS, LONGEST_SETTLE_MS))
    if (signal.aborted) return
    yield samples.make(moment, new Map([...document, ...pending.take(moment.elapsedMs)]))
    yield* catchUp(moment.elapsedMs + Math.min(pace.intervalMs(), CATCH_UP_MS))
  }

  /** The frame of the sample before may have raised new wants: their answers follow at once. */
  async function* catchUp(untilMs: number): AsyncGenerator<RawSample, void, undefined> {
    for (let round = 0; round < CATCH_UP_ROUNDS; round++) {
      const moment = samples.now()
      const leftMs = Math.min(untilMs - moment.elapsedMs, LONGEST_SETTLE_MS)
      if (leftMs <= 0 || signal.aborted) return
      if (!wishes.askNew(wantsOf(options.host), moment.elapsedMs)) return
      await pending.settle(leftMs)
      const parts = pending.take(moment.elapsedMs)
      if (parts.size > 0) yield samples.makeCatchUp(moment, parts)
    }
  }

  /** Waits for the tick after the one at `tickMs`; ticks that were missed are left out. */
  async function nextTick(tickMs: number): Promise<number> {
    for (;;) {
      const intervalMs = pace.intervalMs()
      const lateMs = clock.elapsedMs() - tickMs - intervalMs
      if (lateMs >= 0) return tickMs + intervalMs * (1 + Math.floor(lateMs / intervalMs))
      // the very first GPUs are shown when they come, and not at the end of what may be a long interval
      const isFirst = gpus.hasNews() && !samples.held('nvidia-smi')
      if (isFirst || signal.aborted) return tickMs
      await waking.sleep(-lateMs)
    }
  }

  try {
    await waking.sleep(Math.min(pace.intervalMs(), FIRST_DOCUMENT_WAIT_MS))
    let tickMs = clock.elapsedMs()
    while (!signal.aborted) {
      yield* tick()
      tickMs = await nextTick(tickMs)
    }
  } finally {
    await gpus.stop()
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high)
}
