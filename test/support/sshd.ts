import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'
import { onTestFinished } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

const SSHD = '/usr/sbin/sshd'

/** Why there can be no sshd here; undefined where there can. */
export const NO_SSHD: string | undefined = existsSync(SSHD) ? undefined : `there is no ${SSHD}`

export interface SshdOptions {
  /** What every session finds first on its PATH. */
  readonly pathFolder?: string
  /** All that it finds beside, in place of what this machine has. */
  readonly programs?: string
  /** Runs in place of the login shell: `command SHELL_COMMAND`, as a login shell would, with `-c`. */
  readonly loginShell?: string
  readonly configuration?: readonly string[]
  /** It would let in with a password, too. */
  readonly passwords?: boolean
  /** A machine of its own in place of this one's loopback. */
  readonly machine?: Machine
}

/** Where sshd listens, and the command that runs a program there. */
export interface Machine {
  readonly address: string
  readonly enter: readonly string[]
}

/** An sshd of its own on the loopback, with keys and configuration in a folder that goes with the test. */
export interface Sshd {
  readonly folder: string
  readonly port: number
  /** An ssh configuration in which every host `node…` is this sshd. */
  readonly configFile: string
  /** The key that lets in. */
  readonly identity: string
  readonly knownHosts: string
  /** The sshd that listens. */
  readonly pid: number
  /** The processes that sshd has started for sessions, and all below them. */
  sessionPids(): readonly number[]
  /** What runs in the sessions or ever came from them, wherever it is now; sshd itself left out. */
  remotePids(): readonly number[]
  stop(): void
}

export async function startSshd({
  pathFolder,
  programs = '/usr/local/bin:/usr/bin:/bin',
  loginShell,
  configuration = [],
  passwords = false,
  machine: { address, enter } = { address: '127.0.0.1', enter: [] },
}: SshdOptions = {}): Promise<Sshd> {
  const folder = temporaryFolder()
  const port = await freePort()
  const key = (name: string): string => {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, name)])
    return join(folder, name)
  }
  const hostKey = key('host_key')
  const identity = key('user_key')
  const knownHosts = join(folder, 'known_hosts')
  writeFileSync(knownHosts, `* ${readFileSync(`${hostKey}.pub`, 'utf8')}`)
  writeFileSync(join(folder, 'authorized_keys'), readFileSync(`${identity}.pub`, 'utf8'))
  const path = `${pathFolder === undefined ? '' : `${pathFolder}:`}${programs}`
  // whatever the start-up files of this machine's user do, they would do it at every login
  const home = join(folder, 'home')
  mkdirSync(home)
  // inherited by all that a session ever starts
  const mark = `LLMTOP_TEST_NODE=${folder}`
  writeFileSync(
    join(folder, 'sshd_config'),
    [
      `Port ${port}`,
      `ListenAddress ${address}`,
      `HostKey ${hostKey}`,
      `AuthorizedKeysFile ${join(folder, 'authorized_keys')}`,
      `PidFile ${join(folder, 'sshd.pid')}`,
      'StrictModes no',
      'UsePAM no',
      `PasswordAuthentication ${passwords ? 'yes' : 'no'}`,
      'KbdInteractiveAuthentication no',
      'MaxStartups 100',
      `SetEnv PATH=${path} HOME=${home} ${mark}`,
      ...(loginShell === undefined ? [] : [`ForceCommand exec ${loginShell} "$SSH_ORIGINAL_COMMAND"`]),
      ...configuration,
      '',
    ].join('\n'),
  )
  const configFile = join(folder, 'ssh_config')
  writeFileSync(
    configFile,
    [
      'Host node*',
      `  HostName ${address}`,
      `  Port ${port}`,
      `  User ${userInfo().username}`,
      `  IdentityFile ${identity}`,
      '  IdentitiesOnly yes',
      `  UserKnownHostsFile ${knownHosts}`,
      '  GlobalKnownHostsFile /dev/null',
      '',
    ].join('\n'),
  )
  // sshd wants its folder for privilege separation, also where it can't change its user
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const [program, ...args] = [...enter, SSHD, '-D', '-e', '-f', join(folder, 'sshd_config')] as const
  const sshd = execa(program, args, {
    reject: false,
    stdout: 'ignore',
    stderr: { file: join(folder, 'log') },
    cleanup: true,
  })
  const pid = sshd.pid ?? 0
  const stop = (): void => {
    for (const each of [...descendants(pid).toReversed(), ...processesWith(mark)]) kill(each)
    sshd.kill('SIGKILL')
  }
  onTestFinished(stop)
  await eventually(() => existsSync(join(folder, 'sshd.pid')), 'sshd listens')
  return {
    folder,
    port,
    configFile,
    identity,
    knownHosts,
    pid,
    sessionPids: () => [...new Set([...descendants(pid), ...processesWith(mark)])],
    remotePids: () => processesWith(mark),
    stop,
  }
}

function descendants(pid: number): readonly number[] {
  const stats = processes()
  const found: number[] = []
  let generation = [pid]
  while (generation.length > 0) {
    generation = stats.filter(({ parent }) => generation.includes(parent)).map((each) => each.pid)
    found.push(...generation)
  }
  return found
}

function processes(): readonly { readonly pid: number; readonly parent: number }[] {
  return execFileSync('ps', ['-eo', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([pid = 0, parent = 0]) => ({ pid, parent }))
}

/** The processes with this variable in their environment. */
function processesWith(assignment: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => textOf(`/proc/${name}/environ`).split('\0').includes(assignment))
    .map(Number)
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it ended by itself
  }
}
