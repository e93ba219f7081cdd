import { Command } from 'commander'
import type { Environment } from '../environment.ts'
import { speedOption, withShowOptions, type ShowOptions } from '../options.ts'
import { replayFiles } from './replay.ts'

export function demoCommand(environment: Environment): Command {
  return withShowOptions(new Command('demo'))
    .description('play a bundled recording; needs no GPU')
    .addOption(speedOption())
    .action(async (options: ShowOptions & { speed: number }) => {
      await showDemo(environment, options)
    })
}

export async function showDemo(
  environment: Environment,
  options: ShowOptions & { readonly speed?: number },
): Promise<void> {
  await replayFiles(environment, [environment.demoPath], { ...options, speed: options.speed ?? 1 }, true)
}
