import { Command } from 'commander'
import { doctorSshCommand } from '../doctor/ssh.ts'
import type { Environment } from '../environment.ts'
import { configOption, settingsOf } from '../settings.ts'
import { withLiveOptions } from './live.ts'

interface DoctorOptions {
  readonly json?: boolean
}

const EXAMPLES = `
Examples:
  llmtop doctor
  llmtop doctor ssh node7`

/** `llmtop doctor`; what is examined over there becomes a command below it. */
export function doctorCommand(environment: Environment): Command {
  return withLiveOptions(new Command('doctor'))
    .description("what can be seen from here, what can't, and why")
    .addHelpText('after', EXAMPLES)
    .option('--json', 'as a JSON object')
    .addOption(configOption())
    .action(async (options: DoctorOptions, command: Command) => {
      const { settings } = await settingsOf(environment, command)
      const { runDoctor } = await import('../doctor/run.ts')
      environment.exitWith(await runDoctor(environment, settings, options.json === true))
    })
    .addCommand(doctorSshCommand(environment))
}
