import { Command } from 'commander'
import { EXIT, type Environment } from '../environment.ts'
import { configOption, homeIn, loadedFor, refuse } from '../settings.ts'

const ABOUT = `
Settings come from flags, then LLMTOP_* variables, then the file, then defaults.
F12 on the screen saves to the file what was changed there.

Examples:
  llmtop config init                  a file with every setting in it
  llmtop config print                 what is in force, and where it was given
  $EDITOR "$(llmtop config path)"`

/** `llmtop config`: the configuration file. */
export function configCommand(environment: Environment): Command {
  return new Command('config')
    .description('the configuration file: make it, find it, show what is in force')
    .addHelpText('after', ABOUT)
    .addCommand(initCommand(environment))
    .addCommand(pathCommand(environment))
    .addCommand(printCommand(environment))
}

function initCommand(environment: Environment): Command {
  return new Command('init')
    .description('make a configuration file in which every setting is explained')
    .option('--force', 'write over the one that is there')
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  llmtop config init')
    .action(async ({ force }: { readonly force?: boolean }, command: Command) => {
      const { path } = await loadedFor(environment, command)
      const { initConfig } = await import('../config/init.ts')
      environment.exitWith(await initConfig(environment, path, force === true))
    })
}

function pathCommand(environment: Environment): Command {
  return new Command('path')
    .description('where the configuration file is, or would be')
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  $EDITOR "$(llmtop config path)"')
    .action(async (_: object, command: Command) => {
      const { path } = await loadedFor(environment, command)
      environment.stdout.write(`${path}\n`)
    })
}

function printCommand(environment: Environment): Command {
  return new Command('print')
    .alias('show')
    .description('every setting in force, and where it was given')
    .option('--json', 'as a JSON object')
    .addOption(configOption())
    .addHelpText('after', '\nExample:\n  llmtop config print --json | jq .settings.theme')
    .action(async ({ json }: { readonly json?: boolean }, command: Command) => {
      const loaded = await loadedFor(environment, command)
      const { apiKeysIn } = await import('../../config/api-keys.ts')
      const { issues } = apiKeysIn(environment.variables['LLMTOP_API_KEY'], loaded.settings.apiKeyFile)
      refuse(environment, { issues: [...loaded.issues, ...issues] })
      const { printedJson, printedText } = await import('../config/print.ts')
      environment.stdout.write(
        json === true
          ? `${JSON.stringify(printedJson(loaded))}\n`
          : printedText(loaded, environment.variables, homeIn(environment.variables)),
      )
      environment.exitWith(EXIT.done)
    })
}
