import { Command } from 'commander'
import { watchSignals } from '../../runtime/signals.ts'
import { examine, type Examined } from '../doctor/examine.ts'
import { machineFacts, type MachineFacts } from '../doctor/facts.ts'
import { gpuSection } from '../doctor/gpu-checks.ts'
import { machineSection } from '../doctor/machine-checks.ts'
import { doctorSshCommand } from '../doctor/ssh.ts'
import { questionSection } from '../doctor/question-checks.ts'
import type { DoctorReport } from '../doctor/report.ts'
import { terminalSection } from '../doctor/terminal-checks.ts'
import { doctorText } from '../doctor/text.ts'
import { workloadSection } from '../doctor/workload-checks.ts'
import { EXIT, type Environment } from '../environment.ts'
import { isUtf8 } from '../locale.ts'
import { configOption, settingsOf } from '../settings.ts'
import { thisMachine, withLiveOptions } from './live.ts'

interface DoctorOptions {
  readonly json?: boolean
}

const INTERVAL_MS = 1000

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
      const watch = watchSignals((code) => process.exit(code))
      const facts = await machineFacts(watch.signal)
      const examined = await examine(thisMachine(environment, settings, INTERVAL_MS), watch.signal)
      watch.release()
      if (examined !== undefined) print(environment, options, reportOf(environment, facts, examined))
      const { gpus = [], workloads = [] } = examined?.frame ?? {}
      const isBlind = gpus.length === 0 && workloads.length === 0
      environment.exitWith(watch.exitCode() ?? (isBlind ? EXIT.fault : EXIT.done))
    })
    .addCommand(doctorSshCommand(environment))
}

function reportOf(environment: Environment, facts: MachineFacts, { frame, parts }: Examined): DoctorReport {
  const asked = questionSection(parts)
  return {
    schema: 'llmtop.doctor/1',
    version: environment.version,
    host: frame.host,
    sections: [
      gpuSection(frame),
      machineSection(facts, frame),
      ...frame.workloads.map((workload) => workloadSection(workload, parts)),
      ...(asked.checks.length === 0 ? [] : [asked]),
      terminalSection(environment),
    ],
  }
}

function print({ stdout, variables }: Environment, { json }: DoctorOptions, report: DoctorReport): void {
  stdout.write(json === true ? `${JSON.stringify(report)}\n` : doctorText(report, !isUtf8(variables)))
}
