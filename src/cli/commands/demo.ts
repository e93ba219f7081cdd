import { Command } from 'commander'
import type { Environment } from '../environment.ts'
import { speedOption, withShowOptions, type ShowOptions } from '../options.ts'
import { settingsOf } from '../settings.ts'

const EXAMPLES = `
Examples:
  llmtop demo --speed 16`

export function demoCommand(environment: Environment): Command {
  return withShowOptions(new Command('demo'))
    .description('play a bundled recording; needs no GPU')
    .addHelpText('after', EXAMPLES)
    .addOption(speedOption())
    .action(async (options: ShowOptions & { speed: number }, command: Command) => {
      const { showDemo } = await import('../replay/run.ts')
      await showDemo(environment, await settingsOf(environment, command), options)
    })
}
