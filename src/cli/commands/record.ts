import { Command } from 'commander'
import { EXIT, type Environment } from '../environment.ts'
import { failOnOption, type FailOnOptions } from '../options.ts'
import { withRecordOptions, type RecordOptions } from '../record/options.ts'
import { configOption, settingsOf, withSettings } from '../settings.ts'
import { thisMachine, withLiveOptions } from './live.ts'

interface RecordRequest extends RecordOptions, FailOnOptions {}

const EXAMPLES = `
Examples:
  llmtop record                              until Ctrl-C, about 2 MB an hour
  llmtop record -o node7.ndjson.gz --max-size 100M --keep 7d
  llmtop record --last 30m                   only what led to a warning
  llmtop replay llmtop-node7-*.ndjson.gz     look at it, anywhere`

/** `llmtop record`: without a screen, for systemd, tmux and nohup. */
export function recordCommand(environment: Environment): Command {
  return withSettings(withLiveOptions(withRecordOptions(new Command('record'))), 'intervalMs', 'onWarning')
    .description('record without a screen, for replay')
    .addOption(failOnOption())
    .addOption(configOption())
    .addHelpText('after', EXAMPLES)
    .action(async (request: RecordRequest, command: Command) => {
      const problem = problemOf(request)
      if (problem !== undefined) command.error(`error: ${problem}`, { exitCode: EXIT.usage })
      const { settings } = await settingsOf(environment, command)
      const { intervalMs, onWarning } = settings
      const { runRecord } = await import('../record/run.ts')
      const source = await thisMachine(environment, settings, intervalMs)
      await runRecord(environment, { ...request, source, intervalMs, onWarning })
    })
}

function problemOf({ output, last, maxSize, keep }: RecordOptions): string | undefined {
  const limits = maxSize !== undefined || keep !== undefined
  if (output === '-' && limits)
    return 'standard output has no size to keep to; leave --max-size and --keep away'
  if (output === '-' && last !== undefined) return '--last writes files; name one with -o'
  if (last !== undefined && output !== undefined && !output.endsWith('.gz'))
    return '--last writes compressed files; give a name that ends in .ndjson.gz'
  return undefined
}
