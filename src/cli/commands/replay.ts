import { Command } from 'commander'
import { EXIT, type Environment } from '../environment.ts'
import { failOnOption, speedOption, withShowOptions } from '../options.ts'
import { withImportOptions, withPlayOptions, type ReplayRequest } from '../replay/options.ts'
import { settingsOf } from '../settings.ts'

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
      const { replayFiles } = await import('../replay/run.ts')
      await replayFiles(environment, await settingsOf(environment, command), paths, request, false)
    })
}
