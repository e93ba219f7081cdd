import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { describeFault } from '../../../src/core/fault.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { sshSource, type SshSourceOptions } from '../../../src/sources/ssh/ssh.ts'
import { watchUntil } from '../../support/collect.ts'
import { script } from '../../support/node-here.ts'
import { titled } from '../../support/skipped.ts'
import { NO_SSHD, startSshd, type Sshd, type SshdOptions } from '../../support/sshd.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { Clock } from '../../../src/core/clock.ts'
import type { RawSample } from '../../../src/model/sample.ts'
import type { Source } from '../../../src/sources/source.ts'

interface Case {
  readonly trouble: string
  readonly state: string
  /** Whether it is tried again by itself. */
  readonly retried: boolean
  readonly help: RegExp
  readonly sshd?: SshdOptions
  readonly options?: (node: Sshd) => Partial<SshSourceOptions>
}

const CASES: readonly (readonly [string, Case])[] = [
  [
    'an unknown host key',
    {
      trouble: 'unknown-host-key',
      state: 'auth',
      retried: false,
      help: /not known yet; connect once with 'ssh node1'.*--accept-new-host-keys/,
      options: (node) => {
        writeFileSync(node.knownHosts, '')
        return {}
      },
    },
  ],
  [
    'a changed host key',
    {
      trouble: 'changed-host-key',
      state: 'auth',
      retried: false,
      help: /is not the one that is known.*ssh-keygen -R node1/,
      options: (node) => {
        writeFileSync(
          node.knownHosts,
          `[127.0.0.1]:${node.port} ${readFileSync(`${node.identity}.pub`, 'utf8')}`,
        )
        return {}
      },
    },
  ],
  [
    'a login that is refused',
    {
      trouble: 'permission-denied',
      state: 'auth',
      retried: false,
      help: /refuses the login \('.*Permission denied \(publickey\)\.?'\).*asks for no passwords/,
      options: (node) => {
        writeFileSync(join(node.folder, 'authorized_keys'), '')
        return {}
      },
    },
  ],
  [
    'a login that needs a password',
    {
      trouble: 'permission-denied',
      state: 'auth',
      retried: false,
      help: /Permission denied \(publickey,password\).*asks for no passwords.*ssh-add/,
      sshd: { passwords: true },
      options: (node) => {
        writeFileSync(join(node.folder, 'authorized_keys'), '')
        return {}
      },
    },
  ],
  [
    'an account without commands',
    {
      trouble: 'no-commands',
      state: 'refused',
      retried: true,
      help: /runs no commands \('This account is currently not available\.'\)/,
      sshd: { configuration: ['ForceCommand echo This account is currently not available.; exit 1'] },
    },
  ],
  [
    'no sshd',
    {
      trouble: 'connection-refused',
      state: 'refused',
      retried: true,
      help: /is up and refuses SSH connections; is sshd running there/,
      options: (node) => {
        node.stop()
        return {}
      },
    },
  ],
  [
    'a name that nobody knows',
    {
      trouble: 'name-unknown',
      state: 'down',
      retried: true,
      help: /the name 'nowhere\.invalid' is unknown/,
      options: () => ({ hosts: ['nowhere.invalid'] }),
    },
  ],
  [
    'an option that ssh does not know',
    {
      trouble: 'configuration',
      state: 'refused',
      retried: false,
      help: /does not accept its options.*Bad configuration option: nonsense/i,
      options: (node) => ({ ssh: { configFile: node.configFile, options: ['Nonsense=yes'] } }),
    },
  ],
  [
    'no ssh on this machine',
    {
      trouble: 'no-ssh',
      state: 'refused',
      retried: false,
      help: /there is no 'ssh' on the PATH of this machine/,
      options: () => ({ program: '/nonexistent/ssh' }),
    },
  ],
]

describe.skipIf(NO_SSHD !== undefined)(
  titled('trouble on the way to a node', NO_SSHD),
  { timeout: 30_000 },
  () => {
    test.each(CASES)('%s has its state and its help', async (_, each) => {
      const node = await startSshd(each.sshd)
      const source = sourceOver(node, each.options?.(node))
      const samples = await watchUntil(source, (seen) => seen.filter(hasTrouble).length > 1, {
        patienceMs: 6000,
      })
      const last = samples.filter(hasTrouble).at(-1)
      const part = last?.parts.get('ssh')
      expect(part).toMatchObject({ kind: 'fault', fault: { kind: 'ssh', trouble: each.trouble } })
      expect(last?.link?.state).toBe(each.state)
      expect(part?.kind === 'fault' ? describeFault(part.fault) : '').toMatch(each.help)
      expect(samples.filter(hasTrouble).some(({ link }) => typeof link?.retryInMs === 'number')).toBe(
        each.retried,
      )
      // where there is nothing to hope for, the run is over, and says why
      expect(source.ending()?.kind).toBe(each.retried ? undefined : 'ssh')
    })

    test('a host that was never seen is let in where the user said so, and remembered', async () => {
      const node = await startSshd()
      writeFileSync(node.knownHosts, '')
      const ssh = { configFile: node.configFile, acceptNewHostKeys: true }
      const samples = await watchUntil(
        sourceOver(node, { ssh }),
        (seen) => seen.at(-1)?.link?.state === 'live',
      )
      expect(samples.at(-1)?.link?.state).toBe('live')
      expect(readFileSync(node.knownHosts, 'utf8')).toContain('ssh-ed25519')
    })

    test('a changed key is refused even then', async () => {
      const node = await startSshd()
      writeFileSync(
        node.knownHosts,
        `[127.0.0.1]:${node.port} ${readFileSync(`${node.identity}.pub`, 'utf8')}`,
      )
      const ssh = { configFile: node.configFile, acceptNewHostKeys: true }
      const samples = await watchUntil(sourceOver(node, { ssh }), (seen) => seen.some(hasTrouble))
      expect(samples.at(-1)?.parts.get('ssh')).toMatchObject({ fault: { trouble: 'changed-host-key' } })
    })

    test('a shell that waits for something is given up on', async () => {
      const shell = script(temporaryFolder(), 'waits', 'exec sleep 100')
      const node = await startSshd({ loginShell: shell })
      const source = sourceOver(node, { clock: hasty(20), intervalMs: 20_000 })
      const samples = await watchUntil(source, (seen) => seen.some(hasTrouble))
      expect(samples.at(-1)?.parts.get('ssh')).toMatchObject({ fault: { trouble: 'silent-shell' } })
    })

    test('one node without hope does not end the others', async () => {
      const node = await startSshd()
      const config = join(temporaryFolder(), 'config')
      writeFileSync(
        config,
        `Host locked\n  IdentityFile /dev/null\n${readFileSync(node.configFile, 'utf8')}Host locked\n  HostName 127.0.0.1\n  Port ${node.port}\n  IdentitiesOnly yes\n  UserKnownHostsFile ${node.knownHosts}\n`,
      )
      const source = sourceOver(node, { hosts: ['locked', 'node1'], ssh: { configFile: config } })
      const isDone = (seen: readonly RawSample[]): boolean =>
        seen.filter(({ host, link }) => host === 'locked' && link?.state === 'auth').length > 3 &&
        seen.filter(({ host, link }) => host === 'node1' && link?.state === 'live').length > 3
      expect(isDone(await watchUntil(source, isDone))).toBe(true)
      expect(source.ending()).toBeUndefined()
    })
  },
)

describe('the name of a host', () => {
  test.each(['-oProxyCommand=touch pwned', 'node1 -oProxyCommand=touch', 'a;touch pwned', '$(touch pwned)'])(
    '%s runs nothing even where it reaches ssh',
    async (host) => {
      const folder = temporaryFolder()
      const source = sshSource({
        hosts: [host],
        ssh: { configFile: '/dev/null' },
        clock: systemClock(),
        intervalMs: 500,
        probe: true,
        ...(which('ssh') === undefined ? { program: '/nonexistent' } : {}),
      })
      const before = process.cwd()
      process.chdir(folder)
      try {
        await watchUntil(source, (seen) => seen.some(hasTrouble))
      } finally {
        process.chdir(before)
      }
      expect(existsSync(join(folder, 'pwned'))).toBe(false)
    },
  )
})

function which(name: string): string | undefined {
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim()
  } catch {
    return undefined
  }
}

/** A clock on which seconds pass so many times as fast. */
function hasty(times: number): Clock {
  const clock = systemClock()
  return {
    ...clock,
    elapsedMs: () => times * clock.elapsedMs(),
    sleep: (ms, signal) => clock.sleep(ms / times, signal),
  }
}

function hasTrouble({ parts }: RawSample): boolean {
  return parts.get('ssh')?.kind === 'fault'
}

function sourceOver(node: Sshd, options: Partial<SshSourceOptions> = {}): Source {
  return sshSource({
    hosts: ['node1'],
    ssh: { configFile: node.configFile },
    clock: systemClock(),
    intervalMs: 500,
    probe: true,
    ...options,
  })
}
