import { Command } from 'commander'
import type { Environment } from '../environment.ts'
import { withFitOptions, type FitOptions } from '../fit/options.ts'
import { configOption, settingsOf, withSettings } from '../settings.ts'

const EXAMPLES = `
Examples:
  llmtop fit llama3.1:8b --gpu 24GiB
  llmtop fit model.gguf --ctx 32k --kv-type q8_0
  llmtop fit -- vllm serve Qwen/Qwen3-14B --max-model-len 32768`

/** `llmtop fit MODEL` and `llmtop fit -- COMMAND`: what a model will need, before it is started. */
export function fitCommand(environment: Environment): Command {
  return withSettings(withFitOptions(new Command('fit')), 'ascii')
    .addOption(configOption())
    .description('what a model will need and whether it fits, before it is started')
    .addHelpText('after', EXAMPLES)
    .argument(
      '[model...]',
      "a GGUF file, a Hugging Face folder, a name; or behind '--' the engine's own command",
    )
    .action(async (operands: readonly string[], options: FitOptions, command: Command) => {
      const isCommand = rawArguments(command).includes('--')
      refuse(command, operands, options, isCommand)
      const { ascii } = (await settingsOf(environment, command)).settings
      // the estimator and the catalogue are for this command alone
      const { runFit } = await import('../fit/run.ts')
      environment.exitWith(await runFit(environment, { ...options, ascii }, operands, isCommand))
    })
}

function refuse(
  command: Command,
  operands: readonly string[],
  options: FitOptions,
  isCommand: boolean,
): void {
  if (operands.length === 0 && options.arch === undefined) {
    command.error("error: name a model, or the engine's own command behind '--'", { exitCode: 2 })
  }
  if (operands.length > 1 && !isCommand) {
    command.error(
      `error: one model at a time; a command goes behind '--': llmtop fit -- ${operands.join(' ')}`,
      { exitCode: 2 },
    )
  }
}

/** As they were typed: commander takes the `--` away, and its typings do not know what it keeps. */
function rawArguments(command: Command): readonly unknown[] {
  const root: object = command.parent ?? command
  const args: unknown = 'rawArgs' in root ? root.rawArgs : undefined
  return Array.isArray(args) ? args : []
}
