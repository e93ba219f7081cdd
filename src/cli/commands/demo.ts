import { Command } from 'commander'
import type { Loaded } from '../../config/load.ts'
import type { Environment } from '../environment.ts'
import { speedOption, withShowOptions, type ShowOptions } from '../options.ts'
import { settingsOf } from '../settings.ts'
import { replayFiles } from './replay.ts'

const EXAMPLES = `
Examples:
  llmtop demo --speed 16`

export function demoCommand(environment: Environment): Command {
  return withShowOptions(new Command('demo'))
    .description('play a bundled recording; needs no GPU')
    .addHelpText('after', EXAMPLES)
    .addOption(speedOption())
    .action(async (options: ShowOptions & { speed: number }, command: Command) => {
      await showDemo(environment, await settingsOf(environment, command), options)
    })
}

export async function showDemo(
  environment: Environment,
  loaded: Loaded,
  options: ShowOptions & { readonly speed?: number },
): Promise<void> {
  const request = { ...options, speed: options.speed ?? 1 }
  await replayFiles(environment, loaded, [environment.demoPath], request, true)
}
