import { describeFault, type Fault } from '../../core/fault.ts'
import { formatDuration } from '../../core/format.ts'
import { lastLine, printable } from '../../core/text.ts'
import type { ClientAnswer } from '../../transport/ssh/ssh-client.ts'
import { check, type Check } from './report.ts'

/** @param version what `ssh -V` said; undefined where there is no ssh */
export function clientCheck(version: string | undefined): Check {
  return version === undefined
    ? check('ssh client', 'no', "there is no 'ssh' on the PATH of this machine", 'install the OpenSSH client')
    : check('ssh client', 'yes', printable(version.split('\n')[0] ?? ''))
}

/** What `ssh -G` says of a host: where it leads. */
export function configurationCheck(host: string, { exitCode, output, errors }: ClientAnswer): Check {
  if (exitCode !== 0)
    return check(
      'configuration',
      'no',
      `ssh does not accept it: '${lastLine(errors)}'`,
      `try 'ssh -G ${host}'`,
    )
  const value = (key: string): string | undefined =>
    new RegExp(`^${key} (.+)$`, 'm').exec(output)?.[1]?.trim()
  const jump = value('proxyjump')
  const through = jump === undefined || jump === 'none' ? '' : `, through ${jump}`
  const place = `${value('user') ?? '?'}@${value('hostname') ?? host} port ${value('port') ?? '22'}${through}`
  return check('configuration', 'yes', printable(place))
}

/** How the login went. */
export function loginCheck(fault: Fault | undefined, tookMs: number): Check {
  if (fault === undefined) return check('login', 'yes', `in ${formatDuration(tookMs)}, without a question`)
  const [found = '', remedy] = describeFault(fault).split('; ')
  return check('login', 'no', found, remedy)
}

/** What the node has of the tools that the collector uses, by what it says when it starts. */
export function toolChecks(facts: ReadonlyMap<string, string>): readonly Check[] {
  return [
    facts.get('awk') === 'none'
      ? check('awk', 'no', 'there is none: /proc can not be read', 'install mawk, gawk or busybox there')
      : check('awk', 'yes', 'reads /proc'),
    facts.get('limit') === 'timeout'
      ? check('timeout', 'yes', 'ends what hangs')
      : check(
          'timeout',
          'partly',
          'there is none: a slower guard of our own ends what hangs',
          'install coreutils there',
        ),
    fetchCheck(facts.get('fetch') ?? 'none'),
    facts.get('watch') === 'none'
      ? check(
          'watchdog',
          'partly',
          'its shell can not wait with a limit: sshd alone ends a dead link',
          'install coreutils there',
        )
      : check('watchdog', 'yes', 'it ends itself 20 s after the last sign of life'),
    facts.get('leader') === 'yes'
      ? check('session', 'yes', 'its own: nothing it starts outlives it')
      : check('session', 'partly', 'shared: what hangs is ended by its time limit only'),
    facts.get('uid') === '0'
      ? check('rights', 'yes', 'root')
      : check(
          'rights',
          'partly',
          "ports, environments and logs of other users' processes can not be read",
          'log in with -l as their user to see them',
        ),
  ]
}

function fetchCheck(fetch: string): Check {
  if (fetch === 'curl') return check('curl', 'yes', 'asks engines for their numbers')
  if (fetch === 'none')
    return check(
      'curl',
      'partly',
      'there is neither curl nor wget: engines are asked over streams that ssh forwards, each a login',
      'install curl there',
    )
  return check(
    'curl',
    'partly',
    `there is ${fetch === 'wget' ? 'wget' : "busybox's wget"}, which tells less`,
    'install curl there',
  )
}
