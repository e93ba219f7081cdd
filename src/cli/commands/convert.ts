import { Command } from 'commander'
import type { ConvertOptions } from '../convert/options.ts'
import { EXIT, type Environment } from '../environment.ts'
import { withImportOptions, withRangeOptions } from '../replay/options.ts'

const EXAMPLES = `
Examples:
  llmtop convert nvidia-smi.xml node7.ndjson.gz
  llmtop convert node7.1.ndjson.gz node7.ndjson.gz whole.ndjson.gz
  llmtop convert --from 02:10 --to 02:40 node7.ndjson.gz incident.ndjson.gz
  llmtop convert --columns timestamp,index,memory.used log.csv out.ndjson
  llmtop convert --anonymize node7.ndjson.gz report.ndjson.gz`

/** `llmtop convert IN... OUT`: any log that replay reads, as a recording. */
export function convertCommand(environment: Environment): Command {
  return withImportOptions(withRangeOptions(new Command('convert')))
    .description('turn any log that replay reads into a recording')
    .argument(
      '<in...>',
      'logs, and behind them the recording to write; compressed where its name ends in .gz',
    )
    .usage('[options] <in...> <out>')
    .option('--force', 'write over a file that exists')
    .option('--anonymize', 'with other names for hosts, users, folders, cards and containers')
    .addHelpText('after', EXAMPLES)
    .action(async (paths: readonly string[], options: ConvertOptions, command: Command) => {
      const out = paths.at(-1)
      const from = paths.slice(0, -1)
      if (out === undefined || from.length === 0) {
        command.error('error: name the log, and behind it the recording to write', { exitCode: EXIT.usage })
      }
      const { runConvert } = await import('../convert/run.ts')
      environment.exitWith(await runConvert(environment, from, out, options))
    })
}
