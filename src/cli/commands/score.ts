import { Command } from 'commander'
import type { Environment } from '../environment.ts'
import type { ScoreOptions } from '../score/options.ts'

const EXAMPLES = `
Examples:
  llmtop score night.ndjson.gz healthy-day.ndjson.gz`

/** `llmtop score FILE...`: were the warnings right, in time, and few. */
export function scoreCommand(environment: Environment): Command {
  return new Command('score')
    .description('score the warnings against recordings whose outcome is known')
    .addHelpText('after', EXAMPLES)
    .argument('<file...>', 'recordings with outcome lines; others count as healthy hours')
    .option('--json', 'as a JSON object instead of a table')
    .action(async (paths: readonly string[], options: ScoreOptions) => {
      const { runScore } = await import('../score/run.ts')
      environment.exitWith(await runScore(environment, paths, options))
    })
}
