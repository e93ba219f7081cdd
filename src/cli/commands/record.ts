import { Command } from 'commander'
import { EXIT, type Environment } from '../environment.ts'
import {
  failOnOption,
  intervalOption,
  onWarningOption,
  type FailOnOptions,
  type OnWarningOptions,
} from '../options.ts'
import { withRecordOptions, type RecordOptions } from '../record/options.ts'
import { thisMachine, withLiveOptions, type LiveOptions } from './live.ts'

interface RecordRequest extends RecordOptions, LiveOptions, FailOnOptions, OnWarningOptions {
  readonly interval: number
}

const EXAMPLES = `
Examples:
  llmtop record                              until Ctrl-C, about 2 MB an hour
  llmtop record -o node7.ndjson.gz --max-size 100M --keep 7d
  llmtop record --last 30m                   only what led to a warning
  llmtop replay llmtop-node7-*.ndjson.gz     look at it, anywhere`

/** `llmtop record`: without a screen, for systemd, tmux and nohup. */
export function recordCommand(environment: Environment): Command {
  return withLiveOptions(withRecordOptions(new Command('record')))
    .description('record without a screen, for replay')
    .addOption(intervalOption())
    .addOption(failOnOption())
    .addOption(onWarningOption())
    .addHelpText('after', EXAMPLES)
    .action(async (request: RecordRequest, command: Command) => {
      const problem = problemOf(request)
      if (problem !== undefined) command.error(`error: ${problem}`, { exitCode: EXIT.usage })
      const { runRecord } = await import('../record/run.ts')
      const source = thisMachine(environment, request.interval, request)
      await runRecord(environment, { ...request, source, intervalMs: request.interval })
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
