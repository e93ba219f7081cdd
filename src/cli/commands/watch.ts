import { Command, Option } from 'commander'
import { RULES } from '../../analyse/rules.ts'
import { run } from '../../runtime/run.ts'
import { EXIT, type Environment } from '../environment.ts'
import type { Settings } from '../../config/settings.ts'
import { recordOption, withShowOptions, type RecordingOptions, type ShowOptions } from '../options.ts'
import { settingsOf, withSettings } from '../settings.ts'
import { show } from '../show.ts'
import { showDemo } from './demo.ts'
import { thisMachine, withLiveOptions } from './live.ts'
import { hasAnswered } from './once.ts'

interface WatchOptions extends ShowOptions, RecordingOptions {
  readonly orDemo?: boolean
}

const EXAMPLES = `
Examples:
  llmtop --interval 500ms --theme light
  llmtop --record node7.ndjson.gz
  llmtop --on-warning 'notify-send llmtop'`

/** The default command. */
export function watchCommand(environment: Environment): Command {
  return withShowOptions(withLiveOptions(withSettings(new Command('watch'), 'intervalMs', 'onWarning')))
    .description('watch this machine (the default command)')
    .argument('[words...]')
    .usage('[options]')
    .addHelpText('after', EXAMPLES)
    .addOption(recordOption())
    .addOption(new Option('--or-demo', 'play the demo where there is nothing to watch').hideHelp())
    .action(async (words: readonly string[], options: WatchOptions, command: Command) => {
      const [word] = words
      if (word !== undefined) {
        command.error(`error: unknown command '${word}'; 'llmtop --help' lists them`, {
          exitCode: EXIT.usage,
        })
      }
      const loaded = await settingsOf(environment, command)
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
