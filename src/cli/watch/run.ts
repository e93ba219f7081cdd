import { RULES } from '../../analyse/rules.ts'
import type { Loaded } from '../../config/load.ts'
import type { Settings } from '../../config/settings.ts'
import { run } from '../../runtime/run.ts'
import { hasAnswered } from '../../model/answered.ts'
import { thisMachine } from '../commands/live.ts'
import type { Environment } from '../environment.ts'
import type { RecordingOptions, ShowOptions } from '../options.ts'
import { showDemo } from '../replay/run.ts'
import { show } from '../show.ts'

export interface WatchOptions extends ShowOptions, RecordingOptions {
  readonly orDemo?: boolean
}

/** Shows this machine; where there is nothing to watch and the user would rather have it, the demo. */
export async function runWatch(
  environment: Environment,
  loaded: Loaded,
  options: WatchOptions,
): Promise<void> {
  const { settings } = loaded
  if (options.orDemo === true && (await hasNothingToWatch(environment, settings))) {
    environment.stderr.write(
      'llmtop: there is neither nvidia-smi nor an engine on this machine, so this is the demo recording\n',
    )
    await showDemo(environment, loaded, options)
    return
  }
  await show(environment, {
    source: await thisMachine(environment, settings, settings.intervalMs),
    options,
    loaded,
    record: options.record,
    onWarning: settings.onWarning,
  })
}

async function hasNothingToWatch(environment: Environment, settings: Settings): Promise<boolean> {
  const source = await thisMachine(environment, settings, settings.intervalMs)
  const { signal } = new AbortController()
  const { last } = await run({ source, outputs: [], rules: RULES, signal, isEnough: hasAnswered })
  if (last === undefined) return true
  const noDriver = last.faults.some(({ fault }) => fault.kind === 'command-not-found')
  return noDriver && last.workloads.length === 0
}
