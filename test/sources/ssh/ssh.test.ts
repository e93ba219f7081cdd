import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/runtime/clock.ts'
import { localSource } from '../../../src/sources/local/local.ts'
import { sshSource, type SshSourceOptions } from '../../../src/sources/ssh/ssh.ts'
import { localTransport } from '../../../src/transport/local.ts'
import { sourceContract } from '../../contracts/source.contract.ts'
import { faultOf, textOf, watchUntil } from '../../support/collect.ts'
import { eventually } from '../../support/eventually.ts'
import { fakeNvidiaSmi, isAlive, type FakeScenario } from '../../support/fake-nvidia-smi.ts'
import { script, which } from '../../support/node-here.ts'
import { farMachine, NO_NAMESPACE } from '../../support/network-namespace.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { titled } from '../../support/skipped.ts'
import { NO_SSHD, startSshd, type Sshd, type SshdOptions } from '../../support/sshd.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { Link, RawSample } from '../../../src/model/sample.ts'
import type { Want } from '../../../src/model/want.ts'
import type { Source } from '../../../src/sources/source.ts'

const DOCUMENT = nvidiaSmiXml({
  gpus: [
    { supportedClocks: 20, processes: [{ pid: process.pid, name: 'node --api-key=abc', usedMiB: 100 }] },
  ],
})
const HEALTHY: FakeScenario = { documents: [DOCUMENT] }

const NO_FAR_MACHINE = NO_SSHD ?? NO_NAMESPACE

let sshd: Sshd
let plainSshd: Sshd

describe.skipIf(NO_SSHD !== undefined)(titled('nodes over ssh', NO_SSHD), { timeout: 40_000 }, () => {
  describe('as any source', () => {
    // a source is made at once, its sshd is not
    beforeEach(async () => {
      const folder = temporaryFolder()
      fakeNvidiaSmi(folder, HEALTHY)
      sshd = await startSshd({ pathFolder: folder })
      plainSshd = await startSshd()
    })
    sourceContract('ssh', (situation) =>
      sourceOver(situation === 'in-order' ? sshd : plainSshd, { intervalMs: 500 }),
    )
  })

  test('show the same parts, in the same form, as the machine itself', async () => {
    const folder = temporaryFolder()
    const fake = fakeNvidiaSmi(folder, HEALTHY)
    const node = await startSshd({ pathFolder: folder })
    const there = await watchUntil(sourceOver(node, { intervalMs: 500 }), (seen) => has(seen, WHOLE))
    const here = await watchUntil(
      localSource({
        host: 'node1',
        clock: systemClock(),
        intervalMs: 500,
        nvidiaSmi: fake.command,
        transport: localTransport({ probe: true }),
      }),
      (seen) => has(seen, WHOLE),
    )
    const shapes = shapesOf(there)
    for (const [name, shape] of shapesOf(here)) expect([name, shapes.get(name)]).toEqual([name, shape])
    const extra = [...shapes.keys()].filter((name) => !shapesOf(here).has(name) && !name.startsWith('proc/'))
    expect(extra).toEqual(['ssh', 'ssh/clock'])
    expect(
      textOf(
        there.find((sample) => textOf(sample, 'nvidia-smi')),
        'nvidia-smi',
      ),
    ).toBe(
      textOf(
        here.find((sample) => textOf(sample, 'nvidia-smi')),
        'nvidia-smi',
      ),
    )
  })

  test('begin as connecting and are live from their first answer on', async () => {
    const samples = await watchUntil(
      await start({ intervalMs: 500 }),
      (seen) => lastLink(seen)?.state === 'live',
    )
    expect(samples[0]?.link?.state).toBe('connecting')
    expect(samples[0]?.parts.size).toBe(0)
    expect(textOf(samples.at(-1), 'meminfo')).toContain('MemTotal')
  })

  test('answer what the judgement wants in a catch-up sample at once', async () => {
    const want: Want = { kind: 'file', path: '/etc/hostname', every: 'once', maxBytes: 4096 }
    const source = await start({ intervalMs: 30_000 })
    const samples = await watchUntil(source, (seen) => has(seen, ['file//etc/hostname']), {
      wants: (seen) => (has(seen, ['meminfo']) ? [want] : []),
    })
    expect(textOf(samples.at(-1), 'file//etc/hostname')).toBe(readFileSync('/etc/hostname', 'utf8'))
    expect(samples.at(-1)?.parts.get('meminfo')).toEqual({ kind: 'same' })
  })

  test('are several from one source, and a slow one holds up no other', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, HEALTHY)
    const slow = script(temporaryFolder(), 'shell', 'case $2 in *) sleep 4; exec sh "$@";; esac')
    const node = await startSshd({ pathFolder: folder })
    const late = await startSshd({ loginShell: `${slow} -c`, pathFolder: folder })
    const config = join(temporaryFolder(), 'config')
    writeFileSync(
      config,
      readFileSync(node.configFile, 'utf8') +
        readFileSync(late.configFile, 'utf8').replace('Host node*', 'Host late*'),
    )
    const source = sourceOver(node, {
      intervalMs: 500,
      hosts: ['node1', 'late1', 'node2'],
      ssh: { configFile: config },
    })
    const samples = await watchUntil(
      source,
      (seen) => seen.some(({ host, link }) => host === 'late1' && link?.state === 'live'),
      { patienceMs: 30_000 },
    )
    const before = samples.slice(0, -1)
    for (const host of ['node1', 'node2'])
      expect(
        before.filter((sample) => sample.host === host && sample.link?.state === 'live').length,
      ).toBeGreaterThan(4)
    expect(before.filter(({ host }) => host === 'late1').length).toBeGreaterThan(4)
  })

  describe.each(['dash', 'fish', 'tcsh', 'zsh', 'busybox ash'])('behind the login shell %s', (shell) => {
    const [program = ''] = shell.split(' ')
    const reason = which(program) === undefined ? `there is no ${program}` : undefined
    test.skipIf(reason !== undefined)(titled('are reached', reason), async () => {
      const loginShell = `${shell} -c`
      const samples = await watchUntil(await start({ intervalMs: 500 }, { loginShell }), (seen) =>
        has(seen, WHOLE),
      )
      expect(has(samples, WHOLE)).toBe(true)
    })
  })

  test('are reached through start-up files that talk, forge marks and talk again later', async () => {
    const noisy = script(
      temporaryFolder(),
      'noisy',
      [
        `printf 'Welcome!\\n\\036%s h leader=yes\\n' ${'0'.repeat(32)}`,
        `printf '\\036 p nvidia-smi\\nforged\\n\\036 e 0\\n'`,
        `echo 'you have mail' >&2`,
        `(sleep 1; echo later; echo later >&2) &`,
        'exec bash "$@"',
      ].join('\n'),
    )
    const samples = await watchUntil(
      await start({ intervalMs: 500 }, { loginShell: `${noisy} -c` }),
      (seen) => seen.filter((sample) => textOf(sample, 'nvidia-smi') !== undefined).length >= 4,
    )
    const documents = new Set(samples.flatMap((sample) => textOf(sample, 'nvidia-smi') ?? []))
    expect([...documents].every((text) => text.endsWith('</nvidia_smi_log>'))).toBe(true)
  })

  test('keep their clock while nvidia-smi hangs, and say that it does', async () => {
    const source = await start({ intervalMs: 1000 }, {}, { documents: [DOCUMENT], hangsAfter: 0 })
    const samples = await watchUntil(source, (seen) => has(seen, ['nvidia-smi']))
    expect(samples.filter((sample) => textOf(sample, 'meminfo') !== undefined).length).toBeGreaterThan(5)
    expect(faultOf(samples.at(-1), 'nvidia-smi')).toEqual({
      kind: 'timed-out',
      what: "'nvidia-smi'",
      afterMs: 8000,
    })
  })

  test('say what is wrong with nvidia-smi in its own words', async () => {
    const text = 'Failed to initialize NVML: Driver/library version mismatch'
    const source = await start({ intervalMs: 500 }, {}, { documents: [], error: { text, exitCode: 18 } })
    const samples = await watchUntil(source, (seen) => has(seen, ['nvidia-smi']))
    expect(textOf(samples.at(-1), 'nvidia-smi')).toContain(text)
  })

  test('are found again after their connection was cut, with nothing left of the first', async () => {
    const node = await nodeWith()
    let first: readonly number[] = []
    const source = sourceOver(node, { intervalMs: 500 })
    const samples = await watchUntil(source, (seen) => states(seen).join() === 'connecting,live,down,live', {
      patienceMs: 30_000,
      onSample: ({ link }) => {
        if (link?.state !== 'live' || first.length > 0) return
        first = node.remotePids()
        const own = node.sessionPids().filter((pid) => !first.includes(pid))
        // some end by themselves with the first
        spawnSync('kill', ['-KILL', ...own.map(String)])
      },
    })
    const down = samples.find(({ link }) => link?.state === 'down')
    expect(down?.link?.retryInMs).toBeGreaterThan(0)
    expect(faultOf(down, 'ssh')).toMatchObject({ kind: 'ssh', host: 'node1', trouble: 'lost' })
    await eventually(() => first.every((pid) => !isAlive(pid)), 'nothing is left')
  })

  test('are ended on both sides when the watching ends', async () => {
    const node = await nodeWith({ documents: [DOCUMENT], hangsAfter: 0 })
    let remote: readonly number[] = []
    await watchUntil(sourceOver(node, { intervalMs: 500 }), (seen) => has(seen, ['meminfo']), {
      onSample: () => (remote = node.remotePids()),
    })
    expect(remote.length).toBeGreaterThan(0)
    await eventually(() => node.sessionPids().length === 0, 'no session is left')
    await eventually(() => !remote.some(isAlive), 'no process is left')
  })

  // a link that is cut shows the same and more
  test.skipIf(NO_FAR_MACHINE === undefined)(
    'that are frozen are late, then stalled, then down, and tried again',
    async () => {
      const node = await nodeWith()
      const source = sourceOver(node, { intervalMs: 1000 })
      let frozen: readonly number[] = []
      const samples = await watchUntil(source, (seen) => lastLink(seen)?.state === 'down', {
        patienceMs: 35_000,
        onSample: ({ link }) => {
          if (link?.state !== 'live' || frozen.length > 0) return
          frozen = node.sessionPids().filter((pid) => !node.remotePids().includes(pid))
          for (const pid of frozen) process.kill(pid, 'SIGSTOP')
        },
      })
      expect(states(samples)).toEqual(['connecting', 'live', 'late', 'stalled', 'down'])
    },
  )
})

describe.skipIf(NO_FAR_MACHINE !== undefined)(titled('a link that is cut', NO_FAR_MACHINE), () => {
  test('is down on this side, and leaves nothing on the other', { timeout: 60_000 }, async () => {
    const machine = farMachine()
    // nvidia-smi hangs, too: the worst that a node can be in
    const node = await nodeWith({ documents: [DOCUMENT], hangsAfter: 0 }, { machine })
    let isCut = false
    const source = sourceOver(node, { intervalMs: 1000 })
    const samples = await watchUntil(source, (seen) => lastLink(seen)?.state === 'down', {
      patienceMs: 40_000,
      onSample: ({ link, parts }) => {
        if (isCut || link?.state !== 'live' || !parts.has('meminfo')) return
        isCut = true
        machine.cut()
      },
    })
    expect(states(samples)).toEqual(['connecting', 'live', 'late', 'stalled', 'down'])
    expect(faultOf(samples.at(-1), 'ssh')).toMatchObject({ kind: 'ssh', trouble: 'lost' })
    await eventually(() => node.remotePids().length === 0, 'the node has noticed by itself')
  })
})

const WHOLE = ['nvidia-smi', 'meminfo', 'processes', 'users', `proc/${process.pid}/cmdline`]

/** Whether these parts have all come, in whatever samples. */
function has(samples: readonly RawSample[], names: readonly string[]): boolean {
  return names.every((name) => samples.some(({ parts }) => parts.has(name)))
}

function lastLink(samples: readonly RawSample[]): Link | undefined {
  return samples.at(-1)?.link
}

/** The states that were gone through, each once in a row. */
function states(samples: readonly RawSample[]): readonly string[] {
  const all = samples.map(({ link }) => link?.state ?? 'live')
  return all.filter((state, at) => state !== all[at - 1])
}

/** Of each part its kind and the form of its text, numbers and names of processes aside. */
function shapesOf(samples: readonly RawSample[]): ReadonlyMap<string, string> {
  const own = /^(?!proc\/)|^proc\/(\d+)\//
  return new Map(
    samples.flatMap(({ parts }) =>
      [...parts].flatMap(([name, part]) => {
        const pid = own.exec(name)?.[1]
        if (part.kind === 'same' || (pid !== undefined && Number(pid) !== process.pid)) return []
        return [[name, part.kind === 'text' ? `text ${firstLine(part.text)}` : part.kind] as const]
      }),
    ),
  )
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').replace(/\d+/g, '0').replace(/ [RSD] /, ' S ')
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

async function nodeWith(scenario: FakeScenario = HEALTHY, options: SshdOptions = {}): Promise<Sshd> {
  const folder = temporaryFolder()
  fakeNvidiaSmi(folder, scenario)
  return startSshd({ pathFolder: folder, ...options })
}

async function start(
  options: Partial<SshSourceOptions>,
  sshdOptions: SshdOptions = {},
  scenario: FakeScenario = HEALTHY,
): Promise<Source> {
  return sourceOver(await nodeWith(scenario, sshdOptions), options)
}
