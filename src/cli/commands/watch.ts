import { Command, Option } from 'commander'
import { RULES } from '../../analyse/rules.ts'
import { run } from '../../runtime/run.ts'
import { EXIT, type Environment } from '../environment.ts'
import {
  intervalOption,
  onWarningOption,
  recordOption,
  withShowOptions,
  type OnWarningOptions,
  type RecordingOptions,
  type ShowOptions,
} from '../options.ts'
import { show } from '../show.ts'
import { showDemo } from './demo.ts'
import { thisMachine, withLiveOptions, type LiveOptions } from './live.ts'
import { hasAnswered } from './once.ts'

interface WatchOptions extends ShowOptions, LiveOptions, RecordingOptions, OnWarningOptions {
  readonly interval: number
  readonly orDemo?: boolean
}

/** The default command. */
export function watchCommand(environment: Environment): Command {
  return withLiveOptions(withShowOptions(new Command('watch')))
    .description('watch this machine (the default command)')
    .argument('[words...]')
    .usage('[options]')
    .addOption(intervalOption())
    .addOption(recordOption())
    .addOption(onWarningOption())
    .addOption(new Option('--or-demo', 'play the demo where there is nothing to watch').hideHelp())
    .action(async (words: readonly string[], options: WatchOptions, command: Command) => {
      const [word] = words
      if (word !== undefined) {
        command.error(`error: unknown command '${word}'; 'llmtop --help' lists them`, {
          exitCode: EXIT.usage,
        })
      }
      if (options.orDemo === true && (await hasNothingToWatch(environment, options))) {
        environment.stderr.write(
          'llmtop: there is neither nvidia-smi nor an engine on this machine, so this is the demo recording\n',
        )
        await showDemo(environment, options)
        return
      }
      await show(environment, {
        source: thisMachine(environment, options.interval, options),
        options,
        record: options.record,
        onWarning: options.onWarning,
      })
    })
}

async function hasNothingToWatch(environment: Environment, options: WatchOptions): Promise<boolean> {
  const source = thisMachine(environment, options.interval, options)
  const { signal } = new AbortController()
  const { last } = await run({ source, outputs: [], rules: RULES, signal, isEnough: hasAnswered })
  if (last === undefined) return true
  const noDriver = last.faults.some(({ fault }) => fault.kind === 'command-not-found')
  return noDriver && last.workloads.length === 0
}
