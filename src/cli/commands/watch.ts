import { Command, Option } from 'commander'
import { nearest } from '../../core/nearest.ts'
import { EXIT, type Environment } from '../environment.ts'
import { recordOption, withShowOptions } from '../options.ts'
import { settingsOf, withSettings } from '../settings.ts'
import type { WatchOptions } from '../watch/run.ts'
import { withLiveOptions } from './live.ts'

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
        command.error(`error: unknown command '${word}'; ${meant(word, command)}`, { exitCode: EXIT.usage })
      }
      const loaded = await settingsOf(environment, command)
      const { runWatch } = await import('../watch/run.ts')
      await runWatch(environment, loaded, options)
    })
}

// The default command gets what is no command.
function meant(word: string, { parent }: Command): string {
  if (LOG_NAME.test(word)) return `to play a log, try 'llmtop replay ${word}'`
  const names = parent?.commands.map((command) => command.name()) ?? []
  const near = nearest(word, names)
  return near === undefined ? "'llmtop --help' lists them" : `did you mean '${near}'?`
}

const LOG_NAME = /\.(xml|csv|ndjson|gz|log)$/
