import { Command } from 'commander'
import { describeFault } from '../../core/fault.ts'
import { systemClock } from '../../runtime/clock.ts'
import { openReplay } from '../../sources/replay/replay.ts'
import { EXIT, type Environment } from '../environment.ts'
import {
  failOnOption,
  speedOption,
  withShowOptions,
  type FailOnOptions,
  type ShowOptions,
} from '../options.ts'
import { show } from '../show.ts'

export interface ReplayRequest extends ShowOptions, FailOnOptions {
  readonly speed: number
}

export function replayCommand(environment: Environment): Command {
  return withShowOptions(new Command('replay'))
    .description('play a recording, or a log of nvidia-smi -q -x')
    .argument('<file>', 'recording (.ndjson, .ndjson.gz) or log')
    .addOption(speedOption())
    .addOption(failOnOption())
    .action(async (path: string, request: ReplayRequest) => {
      await replayFile(environment, path, request, false)
    })
}

/** Plays one file; one that can't be read ends the run with a sentence. */
export async function replayFile(
  environment: Environment,
  path: string,
  request: ReplayRequest,
  demo: boolean,
): Promise<void> {
  const source = await openReplay(path, { clock: systemClock(), speed: request.speed, demo })
  if (source.kind === 'fault') {
    environment.stderr.write(`llmtop: ${describeFault(source.fault)}\n`)
    environment.exitWith(EXIT.fault)
    return
  }
  await show(environment, {
    source: source.source,
    options: request,
    zoneless: source.log.zoneless,
    failOn: request.failOn,
  })
}
