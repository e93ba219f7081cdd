import { sayable } from './ssh-process.ts'
import type { Fault } from '../../core/fault.ts'
import type { SshTrouble } from '../../core/ssh-trouble.ts'
import type { ConnectionEnd } from './connection.ts'

/** The exit code of ssh's own failures. */
const SSH_FAILED = 255

// The texts of OpenSSH 7 to 9; the first that fits decides.
const TEXTS: readonly (readonly [RegExp, SshTrouble])[] = [
  [/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/i, 'changed-host-key'],
  [/Host key verification failed|No \S+ host key is known/i, 'unknown-host-key'],
  [/Could not resolve hostname/i, 'name-unknown'],
  [
    /Bad configuration option|bad configuration options|Bad owner or permissions|Can't open user config/i,
    'configuration',
  ],
  [
    /unknown option|illegal option|invalid option|^usage: ssh|missing argument|keyword \S+ extra arguments/im,
    'configuration',
  ],
  [/no argument after keyword|hostname contains invalid characters|Bad port|Invalid -J/i, 'configuration'],
  [/Permission denied|Too many authentication failures|no more authentication methods/i, 'permission-denied'],
  [/Connection refused/i, 'connection-refused'],
  [/No route to host|Network is (?:unreachable|down)|Host is (?:unreachable|down)/i, 'no-route'],
  [/timed out|Timeout, server/i, 'no-answer'],
]

/** Why a connection ended, or never was. */
export function troubleOf(host: string, end: ConnectionEnd): Fault {
  return { kind: 'ssh', host, trouble: kindOf(end), text: textOf(end) }
}

/** The connection was there, and its node gave no sign of life. */
export function silence(host: string, hadHello: boolean): Fault {
  return { kind: 'ssh', host, trouble: hadHello ? 'lost' : 'silent-shell', text: hadHello ? 'no answer' : '' }
}

function kindOf({ kind, hadHello, exitCode, errors }: ConnectionEnd): SshTrouble {
  if (kind === 'not-found') return 'no-ssh'
  if (hadHello) return 'lost'
  if (exitCode !== SSH_FAILED && exitCode !== null) return 'no-commands'
  return TEXTS.find(([pattern]) => pattern.test(errors))?.[1] ?? 'other'
}

function textOf({ errors, greeting, hadHello }: ConnectionEnd): string {
  const said = sayable(errors)
  return said !== '' || hadHello ? said : sayable(greeting)
}
