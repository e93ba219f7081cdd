import { Command, InvalidArgumentError } from 'commander'
import { RULES } from '../../analyse/rules.ts'
import { DEFAULT_INTERVAL_MS, MAXIMUM_INTERVAL_MS } from '../../config/limits.ts'
import { readDurationMs } from '../../config/values.ts'
import type { Fault } from '../../core/fault.ts'
import type { Frame } from '../../model/frame.ts'
import { frameText } from '../../outputs/frame-json.ts'
import { plainText } from '../../outputs/plain.ts'
import { run } from '../../runtime/run.ts'
import { watchSignals } from '../../runtime/signals.ts'
import { EXIT, type Environment } from '../environment.ts'
import { failOnOption, type FailOnOptions } from '../options.ts'
import { verdict } from '../show.ts'
import { configOption, settingsOf } from '../settings.ts'
import { thisMachine, withLiveOptions } from './live.ts'

// the present moment needs no pace; a second is what a first document may take in loop mode
const INTERVAL_MS = 1000
// an engine that answers no faster than this is shown without its answer
const LONGEST_WAIT_MS = 5000

const EXAMPLES = `
Examples:
  llmtop once --json | jq '.gpus[].memory'
  llmtop once --for 3m --fail-on warn || echo 'look at it'`

export function onceCommand(environment: Environment): Command {
  return withLiveOptions(new Command('once'))
    .description('print the present frame and exit')
    .addHelpText('after', EXAMPLES)
    .option('--json', 'as a JSON object instead of a table')
    .addOption(failOnOption())
    .option('--for <time>', 'watch that long first, and judge the last frame', parseDuration)
    .addOption(configOption())
    .action(async (options: OnceOptions, command: Command) => {
      const { settings } = await settingsOf(environment, command)
      const watch = watchSignals((code) => process.exit(code))
      const forMs = options.for ?? 0
      const source = await thisMachine(environment, settings, forMs > 0 ? DEFAULT_INTERVAL_MS : INTERVAL_MS)
      const result = await run({
        source,
        outputs: [],
        rules: RULES,
        signal: watch.signal,
        isEnough: (frame, awaited) =>
          frame.elapsedMs >= forMs &&
          hasAnswered(frame) &&
          (awaited === 0 || frame.elapsedMs > forMs + LONGEST_WAIT_MS),
      })
      watch.release()
      const { last } = result
      if (last !== undefined)
        environment.stdout.write(options.json === true ? jsonLine(last) : plainText(last))
      const empty = last === undefined || (last.gpus.length === 0 && last.workloads.length === 0)
      const code = empty
        ? EXIT.fault
        : verdict(environment, { ...result, worst: last.risks[0]?.level }, options.failOn)
      environment.exitWith(watch.exitCode() ?? code)
    })
}

interface OnceOptions extends FailOnOptions {
  readonly json?: boolean
  readonly for?: number
}

function parseDuration(text: string): number {
  const ms = readDurationMs(text)
  if (ms === undefined || ms > MAXIMUM_INTERVAL_MS) {
    throw new InvalidArgumentError("give a time up to 1h, such as '3m'.")
  }
  return ms
}

/** What is wrong with a file, of a log that the user named, is seen before nvidia-smi has had its time. */
const OF_FILES: ReadonlySet<Fault['kind']> = new Set(['not-found', 'no-permission'])

/** Whether nvidia-smi has said something, if only that it is not there. */
export function hasAnswered(frame: Frame): boolean {
  return frame.gpuSample.kind === 'known' || frame.faults.some(({ fault }) => !OF_FILES.has(fault.kind))
}

function jsonLine(frame: Frame): string {
  return `${frameText(frame)}\n`
}
