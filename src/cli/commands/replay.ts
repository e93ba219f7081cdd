import { Command } from 'commander'
import { RULES } from '../../analyse/rules.ts'
import { describeFault } from '../../core/fault.ts'
import { systemClock } from '../../runtime/clock.ts'
import { follow } from '../../runtime/follow.ts'
import { playback } from '../../runtime/playback/playback.ts'
import { since } from '../../runtime/range.ts'
import type { Session } from '../../runtime/session.ts'
import { keepHeapSmall } from '../../runtime/small-heap.ts'
import { openLog, type Log, type LogSpan } from '../../sources/replay/log.ts'
import { replaySource } from '../../sources/replay/replay.ts'
import type { Loaded } from '../../config/load.ts'
import { EXIT, type Environment } from '../environment.ts'
import {
  failOnOption,
  speedOption,
  withShowOptions,
  type FailOnOptions,
  type ShowOptions,
} from '../options.ts'
import {
  importsOf,
  withImportOptions,
  withPlayOptions,
  type ImportOptions,
  type PlayOptions,
} from '../replay/options.ts'
import { rangeOf, type PartOfLog } from '../replay/range.ts'
import { settingsOf } from '../settings.ts'
import { show } from '../show.ts'

export interface ReplayRequest extends ShowOptions, FailOnOptions, PlayOptions, ImportOptions {
  readonly speed: number
}

const EXAMPLES = `
Examples:
  llmtop replay node7.ndjson.gz --speed 8
  llmtop replay monday.xml tuesday.xml --from 02:10
  llmtop replay node7.xml --json --speed max | jq .risks`

export function replayCommand(environment: Environment): Command {
  return withImportOptions(withPlayOptions(withShowOptions(new Command('replay'))))
    .description('play recordings, or logs of nvidia-smi')
    .addHelpText('after', EXAMPLES)
    .argument('<file...>', 'recordings (.ndjson, .ndjson.gz) or logs; several are one log')
    .addOption(speedOption())
    .addOption(failOnOption())
    .action(async (paths: readonly string[], request: ReplayRequest, command: Command) => {
      if (request.loop === true && request.json === true)
        command.error('error: --loop is for the screen; leave it or --json away', { exitCode: EXIT.usage })
      await replayFiles(environment, await settingsOf(environment, command), paths, request, false)
    })
}

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
    session: (onScreen) =>
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

function refuse(environment: Environment, because: string): void {
  environment.stderr.write(`llmtop: ${because}\n`)
  environment.exitWith(EXIT.fault)
}

function onScreenOf(
  log: Log,
  span: LogSpan,
  { fromMs, toMs }: PartOfLog,
  { speed, loop = false }: ReplayRequest,
  demo: boolean,
): Session {
  keepHeapSmall()
  const clock = systemClock()
  return playback({ log, span, rules: RULES, clock, speed, demo, loop, fromMs, toMs })
}
