import { Argument, Command } from 'commander'
import type { Environment } from '../environment.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

const WHERE = `
Examples:
  source <(llmtop completion bash)       in ~/.bashrc
  source <(llmtop completion zsh)        in ~/.zshrc, behind compinit
  llmtop completion fish | source        in ~/.config/fish/config.fish`

/** `llmtop completion SHELL`: a script that completes commands, options, hosts and models. */
export function completionCommand(environment: Environment, program: () => Command): Command {
  return new Command('completion')
    .description('print a script with which a shell completes llmtop')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .addHelpText('after', WHERE)
    .action(async (shell: (typeof SHELLS)[number]) => {
      const { completionScript } = await import('../completion/script.ts')
      environment.stdout.write(completionScript(shell, program()))
    })
}
