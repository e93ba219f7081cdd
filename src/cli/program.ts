import { Command } from 'commander'
import { completionCommand } from './commands/completion.ts'
import { configCommand } from './commands/config.ts'
import { convertCommand } from './commands/convert.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { fitCommand } from './commands/fit.ts'
import { fleetCommand } from './commands/fleet.ts'
import { onceCommand } from './commands/once.ts'
import { recordCommand } from './commands/record.ts'
import { replayCommand } from './commands/replay.ts'
import { scoreCommand } from './commands/score.ts'
import { serveCommand } from './commands/serve.ts'
import { sshCommand } from './commands/ssh.ts'
import { watchCommand } from './commands/watch.ts'
import type { Environment } from './environment.ts'
import { configOption } from './settings.ts'

const MORE = `
Options of watch, the default command:
  --interval <time>   time between samples: 500ms to 1h (default: 2s)
  --no-probe          ask no engine how full its cache is
  --record <file>     record meanwhile, for replay
  --engine-log <file> an engine's log, where its process does not say
  --container-names   names of containers, from docker ps and podman ps
  --json              NDJSON frames on stdout instead of the screen
  --theme <name>      dark, light, contrast, safe or mono
  --color <when>      auto, always or never; NO_COLOR is obeyed
  --ascii, --no-ascii draw with ASCII or Unicode (default: by the locale)
  --mouse             wheel and clicks
  --on-warning <cmd>  run it for each warning raised, cleared or come true

Examples:
  llmtop                              watch this machine
  llmtop --interval 500ms             twice a second
  llmtop ssh node7                    a node; nothing is installed there
  llmtop ssh 'gpu[01-16]'             a fleet
  llmtop doctor                       what can be seen, what can't, and why
  llmtop once --json | jq .gpus[0]    the present frame for a script
  nvidia-smi -q -x -l 2 > node7.xml   a log to replay later
  llmtop replay node7.xml --speed 8
  llmtop fit llama3.1:8b --gpu 24GiB  will it run, before it is started
  llmtop fit -- vllm serve Qwen/Qwen3-14B --max-model-len 32768
  llmtop demo                         ten minutes on two GPUs, without a GPU

Exit codes: 0 done, 1 a fault ended the run, 2 wrong usage,
3 a risk reached --fail-on, 128+n ended by signal n.`

/** All commands and their options. Parsing ends in `CommanderError` instead of an exit, so that `main.ts` alone ends the program. */
export function buildProgram(environment: Environment): Command {
  const program = new Command('llmtop')
    .description('What holds the GPU memory, whether it will run out, and what to change.')
    .version(environment.version)
    // here, too, so that it is taken before the command as well
    .addOption(configOption())
    .helpCommand('help [command]', 'how a command is used')
    .configureHelp({ helpWidth: 80, subcommandTerm })
    .configureOutput({
      writeOut: (text) => environment.stdout.write(text),
      writeErr: (text) => environment.stderr.write(text),
    })
    .exitOverride()
    .addHelpText('after', MORE)
  program.addCommand(watchCommand(environment), { isDefault: true })
  program.addCommand(sshCommand(environment))
  program.addCommand(replayCommand(environment))
  program.addCommand(recordCommand(environment))
  program.addCommand(convertCommand(environment))
  program.addCommand(onceCommand(environment))
  program.addCommand(doctorCommand(environment))
  program.addCommand(fitCommand(environment))
  program.addCommand(scoreCommand(environment))
  program.addCommand(serveCommand(environment))
  program.addCommand(fleetCommand(environment))
  program.addCommand(demoCommand(environment))
  program.addCommand(configCommand(environment))
  program.addCommand(completionCommand(environment, () => program))
  // sub-commands made on their own inherit neither of these
  inherit(program)
  return program
}

function inherit(parent: Command): void {
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent)
    inherit(command)
  }
}

/** `replay <file>`: what must be given; that there are options goes without saying, and watch takes no words. */
function subcommandTerm(command: Command): string {
  const operands = command.registeredArguments.filter(({ required }) => required)
  return [command.name(), ...operands.map((operand) => `<${operand.name()}>`)].join(' ')
}
