import { isIPv6 } from 'node:net'

/** What a user may tell ssh, in ssh's own words; everything else comes from the user's own configuration. */
export interface SshOptions {
  /** -F */
  readonly configFile?: string
  /** -J */
  readonly jump?: string
  /** -l */
  readonly login?: string
  /** -p */
  readonly port?: string
  /** -o, as often as wanted */
  readonly options?: readonly string[]
  /** -i, as often as wanted */
  readonly identities?: readonly string[]
  /** A host that was never seen is let in and remembered; a key that has changed never is. */
  readonly acceptNewHostKeys?: boolean
}

// Of two values ssh takes the first, so that the user's own come before these.
const DEFAULTS = [
  // no questions under a screen
  'BatchMode=yes',
  'ConnectTimeout=8',
  // a dead link is noticed within 20 s
  'ServerAliveInterval=5',
  'ServerAliveCountMax=3',
  'ForwardAgent=no',
  'ForwardX11=no',
  'PermitLocalCommand=no',
  'EscapeChar=none',
  'LogLevel=ERROR',
  // 20 times less on the wire
  'Compression=yes',
]

/** The arguments with which ssh runs `command` on `host`, which must be a \`isHostName\`. */
export function sshArguments(host: string, options: SshOptions, command: string): readonly string[] {
  return ['-T', ...ownOptions(options), ...DEFAULTS.flatMap((option) => ['-o', option]), '--', host, command]
}

/** The arguments with which ssh joins its input and output to an address that \`host\` can reach; no command runs there. */
export function forwardArguments(
  host: string,
  options: SshOptions,
  address: string,
  port: number,
): readonly string[] {
  const target = `${isIPv6(address) ? `[${address}]` : address}:${port}`
  return ['-W', target, ...ownOptions(options), ...DEFAULTS.flatMap((option) => ['-o', option]), '--', host]
}

/** The arguments with which ssh prints what its configuration says of `host`. */
export function configArguments(host: string, options: SshOptions): readonly string[] {
  return ['-G', ...ownOptions(options), '--', host]
}

/**
 * Whether a text can be the name of a host, with or without `user@`. Nothing that ssh or a shell could take for anything
 * else passes: a host named `-oProxyCommand=…` runs that command on this machine.
 */
export function isHostName(text: string): boolean {
  return /^(?:[A-Za-z0-9_][A-Za-z0-9._%-]*@)?[A-Za-z0-9_:[][A-Za-z0-9._:%[\]-]*$/.test(text)
}

function ownOptions(own: SshOptions): readonly string[] {
  const single = [
    ['-F', own.configFile],
    ['-J', own.jump],
    ['-l', own.login],
    ['-p', own.port],
  ] as const
  return [
    ...single.flatMap(([flag, value]) => (value === undefined ? [] : [flag, value])),
    ...(own.identities ?? []).flatMap((file) => ['-i', file]),
    ...(own.options ?? []).flatMap((option) => ['-o', option]),
    ...(own.acceptNewHostKeys === true ? ['-o', 'StrictHostKeyChecking=accept-new'] : []),
  ]
}
