import type { Settings } from '../../config/settings.ts'
import { watchSignals } from '../../runtime/signals.ts'
import { thisMachine } from '../commands/live.ts'
import { EXIT, type Environment } from '../environment.ts'
import { drawsInAscii } from '../locale.ts'
import { examine, type Examined } from './examine.ts'
import { machineFacts, type MachineFacts } from './facts.ts'
import { gpuSection } from './gpu-checks.ts'
import { machineSection } from './machine-checks.ts'
import { questionSection } from './question-checks.ts'
import type { DoctorReport } from './report.ts'
import { terminalSection } from './terminal-checks.ts'
import { doctorText } from './text.ts'
import { waitingNote } from '../waiting-note.ts'
import { workloadSection } from './workload-checks.ts'

const INTERVAL_MS = 1000

/** Looks at this machine as a watching llmtop would, and prints what it can see; returns the exit code. */
export async function runDoctor(
  environment: Environment,
  settings: Settings,
  asJson: boolean,
): Promise<number> {
  const watch = watchSignals((code) => process.exit(code))
  const facts = await machineFacts(watch.signal)
  const source = await thisMachine(environment, settings, INTERVAL_MS)
  const note = waitingNote((text) => environment.stderr.write(text))
  const examined = await examine(source, watch.signal, note)
  watch.release()
  if (examined !== undefined) print(environment, asJson, reportOf(environment, facts, examined))
  const { gpus = [], workloads = [] } = examined?.frame ?? {}
  const isBlind = gpus.length === 0 && workloads.length === 0
  return watch.exitCode() ?? (isBlind ? EXIT.fault : EXIT.done)
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

function print({ stdout, variables }: Environment, asJson: boolean, report: DoctorReport): void {
  stdout.write(asJson ? `${JSON.stringify(report)}\n` : doctorText(report, drawsInAscii('auto', variables)))
}
