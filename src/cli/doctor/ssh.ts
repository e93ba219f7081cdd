import { Command } from 'commander'
import { watchSignals } from '../../runtime/signals.ts'
import { EXIT, type Environment } from '../environment.ts'
import { drawsInAscii } from '../locale.ts'
import { readHostNames } from '../ssh/host-names.ts'
import { sshOptionsOf, withSshOptions, type SshFlags } from '../ssh/options.ts'
import { doctorText } from './text.ts'

/** `llmtop doctor ssh HOST`: step by step, from the ssh of this machine to what the node shows. */
export function doctorSshCommand(environment: Environment): Command {
  return withSshOptions(new Command('ssh'))
    .description('what can be seen of another machine over ssh, step by step')
    .argument('<host>', "as in 'ssh HOST'")
    .option('--json', 'as a JSON object')
    .addHelpText('after', '\nExample:\n  llmtop doctor ssh node7')
    .action(async (word: string, flags: SshFlags, command: Command) => {
      const named = readHostNames([word])
      if (named.kind === 'problem') command.error(`error: ${named.problem}`, { exitCode: EXIT.usage })
      const [host = word] = named.hosts
      const watch = watchSignals((code) => process.exit(code))
      // all that talks over ssh is for this command alone
      const { lookAtNode } = await import('./look-at-node.ts')
      const { sections, works } = await lookAtNode(host, sshOptionsOf(flags), watch.signal)
      watch.release()
      const report = { schema: 'llmtop.doctor/1', version: environment.version, host, sections } as const
      environment.stdout.write(
        // doctor has the option, too, and takes it wherever it stands
        command.optsWithGlobals<{ readonly json?: boolean }>().json === true
          ? `${JSON.stringify(report)}\n`
          : doctorText(report, drawsInAscii('auto', environment.variables)),
      )
      environment.exitWith(watch.exitCode() ?? (works ? EXIT.done : EXIT.fault))
    })
}
