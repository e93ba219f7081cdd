import { RULES } from '../../analyse/rules.ts'
import type { Loaded } from '../../config/load.ts'
import { describeFault } from '../../core/fault.ts'
import { systemClock } from '../../runtime/clock.ts'
import { follow } from '../../runtime/follow.ts'
import { since } from '../../runtime/range.ts'
import type { Session } from '../../runtime/session.ts'
import { keepHeapSmall } from '../../runtime/small-heap.ts'
import { openLog, type Log, type LogSpan } from '../../sources/replay/log.ts'
import { replaySource } from '../../sources/replay/replay.ts'
import { EXIT, type Environment } from '../environment.ts'
import type { ShowOptions } from '../options.ts'
import { show } from '../show.ts'
import { importsOf, type ReplayRequest } from './options.ts'
import { rangeOf, type PartOfLog } from './range.ts'

/** Plays files as one log; what can't be read ends the run with a sentence. */
export async function replayFiles(
  environment: Environment,
  loaded: Loaded,
  paths: readonly string[],
  request: ReplayRequest,
  demo: boolean,
): Promise<void> {
  const opened = await openLog(paths, importsOf(request))
  if (opened.kind === 'fault') {
    refuse(environment, describeFault(opened.fault))
    return
  }
  const { log } = opened
  const span = await log.span()
  const range = await rangeOf(log, span, request)
  if (range.kind === 'outside') {
    refuse(environment, range.because)
    return
  }
  const { fromMs, toMs } = range
  const clock = systemClock()
  const source = replaySource(log, { clock, speed: request.speed, demo, fromMs, toMs })
  await show(environment, {
    source,
    session: async (onScreen) =>
      onScreen && span !== undefined
        ? onScreenOf(log, span, range, request, demo)
        : since(follow(source, RULES), fromMs),
    options: request,
    loaded,
    zoneless: log.zoneless,
    failOn: request.failOn,
    everyMs: request.every,
  })
}

/** Plays the recording that comes along. */
export async function showDemo(
  environment: Environment,
  loaded: Loaded,
  options: ShowOptions & { readonly speed?: number },
): Promise<void> {
  const request = { ...options, speed: options.speed ?? 1 }
  await replayFiles(environment, loaded, [environment.demoPath], request, true)
}

function refuse(environment: Environment, because: string): void {
  environment.stderr.write(`llmtop: ${because}\n`)
  environment.exitWith(EXIT.fault)
}

async function onScreenOf(
  log: Log,
  span: LogSpan,
  { fromMs, toMs }: PartOfLog,
  { speed, loop = false }: ReplayRequest,
  demo: boolean,
): Promise<Session> {
  keepHeapSmall()
  const { playback } = await import('../../runtime/playback/playback.ts')
  const clock = systemClock()
  return playback({ log, span, rules: RULES, clock, speed, demo, loop, fromMs, toMs })
}
