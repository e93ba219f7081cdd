import { describeFault, type Fault } from '../../core/fault.ts'
import { seconds } from '../../core/units.ts'
import { systemClock } from '../../runtime/clock.ts'
import { sshSource } from '../../sources/ssh/ssh.ts'
import { connect } from '../../transport/ssh/connection.ts'
import { askClient } from '../../transport/ssh/ssh-client.ts'
import { configArguments, type SshOptions } from '../../transport/ssh/ssh-command.ts'
import { silence, troubleOf } from '../../transport/ssh/ssh-trouble.ts'
import { examine, type Examined } from './examine.ts'
import { gpuSection } from './gpu-checks.ts'
import { questionSection } from './question-checks.ts'
import { check, type Check, type Section } from './report.ts'
import { clientCheck, configurationCheck, loginCheck, toolChecks } from './ssh-checks.ts'
import { workloadSection } from './workload-checks.ts'

const INTERVAL_MS = 1000
const LONGEST_LOGIN_MS = seconds(30)

export interface Findings {
  readonly sections: readonly Section[]
  readonly works: boolean
}

/** Each step only where the one before it worked: what fails first is what to mend. */
export async function lookAtNode(host: string, ssh: SshOptions, signal: AbortSignal): Promise<Findings> {
  const local = await localChecks(host, ssh)
  if (local.some(({ state }) => state === 'no')) return stop(local)
  const login = await logIn(host, ssh)
  const way = [...local, loginCheck(login.fault, login.tookMs)]
  if (login.facts === undefined) return stop(way)
  const source = sshSource({ hosts: [host], ssh, clock: systemClock(), intervalMs: INTERVAL_MS, probe: true })
  const examined = await examine(source, signal)
  return {
    sections: [
      { title: 'The way there', checks: way },
      { title: 'The node', checks: [...toolChecks(login.facts), clockCheck(examined)] },
      ...seenSections(examined),
    ],
    works: examined?.parts.get('ssh')?.kind === 'text',
  }
}

/** What can be said without a connection. */
async function localChecks(host: string, ssh: SshOptions): Promise<readonly Check[]> {
  const version = await askClient(['-V'])
  const client = clientCheck(version?.errors)
  const told = version === undefined ? undefined : await askClient(configArguments(host, ssh))
  return told === undefined ? [client] : [client, configurationCheck(host, told)]
}

function stop(checks: readonly Check[]): Findings {
  return { sections: [{ title: 'The way there', checks }], works: false }
}

interface LoginFindings {
  readonly facts: ReadonlyMap<string, string> | undefined
  readonly fault: Fault | undefined
  readonly tookMs: number
}

async function logIn(host: string, ssh: SshOptions): Promise<LoginFindings> {
  const clock = systemClock()
  const connection = await connect({ host, ssh, elapsedMs: () => clock.elapsedMs() })
  const over = new AbortController()
  const patience = clock.sleep(LONGEST_LOGIN_MS, over.signal).then(() => undefined)
  const facts = await Promise.race([connection.hello, patience])
  const tookMs = clock.elapsedMs()
  over.abort()
  await connection.end()
  const end = await connection.ended
  if (facts !== undefined) return { facts, fault: undefined, tookMs }
  const fault = tookMs >= LONGEST_LOGIN_MS ? silence(host, false) : troubleOf(host, end)
  return { facts: undefined, fault, tookMs }
}

function clockCheck(examined: Examined | undefined): Check {
  const clock = examined?.parts.get('ssh/clock')
  if (clock?.kind !== 'fault') return check('clock', 'yes', 'as ours')
  const [found = '', remedy] = describeFault(clock.fault).split('; ')
  return check('clock', 'partly', found, remedy)
}

function seenSections(examined: Examined | undefined): readonly Section[] {
  if (examined === undefined) return []
  const { frame, parts } = examined
  const asked = questionSection(parts)
  return [
    gpuSection(frame),
    ...frame.workloads.map((workload) => workloadSection(workload, parts)),
    ...(asked.checks.length === 0 ? [] : [asked]),
  ]
}
