import { spawn } from 'node:child_process'
import { userInfo } from 'node:os'
import { describe, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../src/runtime/clock.ts'
import { localSource } from '../../../src/sources/local/local.ts'
import { localTransport } from '../../../src/transport/local.ts'
import { textOf, watchUntil } from '../../support/collect.ts'
import { eventually } from '../../support/eventually.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { fakeNvidiaSmi, isAlive } from '../../support/fake-nvidia-smi.ts'
import { fakeProc } from '../../support/fake-proc.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { ChildProcess } from 'node:child_process'
import type { RawSample } from '../../../src/model/sample.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import type { FakeProc, FakeProcess } from '../../support/fake-proc.ts'

const NOTABLE_KIB = 256 * 1024

describe('the processes of a sample', { timeout: 20_000 }, () => {
  test('are those that use a GPU and their ancestors below pid 1, eight at most', async () => {
    const chain = Array.from({ length: 12 }, (_, i) => ({ pid: 100 + i, parentPid: i === 11 ? 1 : 101 + i }))
    const host = machine(
      [100, 50],
      [...chain, { pid: 50, parentPid: 40 }, { pid: 40 }, { pid: 1, parentPid: 0 }, { pid: 7 }],
    )
    const [first] = await host.samples(1)
    expect(pidsWith(first, 'stat')).toEqual([40, 50, 100, 101, 102, 103, 104, 105, 106, 107, 108])
    expect(pidsWith(first, 'cmdline')).toEqual(pidsWith(first, 'stat'))
  })

  test('are read anew at every tick, but for what seldom changes: that only when they are new', async () => {
    const host = machine([100], [{ pid: 100 }])
    const [first, second] = await host.samples(2)
    expect(filesOf(first, 100)).toEqual(['cgroup', 'cmdline', 'stat', 'status'])
    expect(filesOf(second, 100)).toEqual(['stat'])
    expect(textOf(first, 'proc/100/status')).toBe(
      'Uid:\t0\t0\t0\t0\nNSpid:\t100\nVmRSS:\t 1024 kB\nVmSwap:\t 0 kB\n',
    )
  })

  test.each([
    ['a reused pid', { startTicks: 999 }],
    ['a process that has started another program', { comm: 'sglang::schedul' }],
  ])('%s is a new one, and its command is read', async (_, change) => {
    const host = machine([100], [{ pid: 100 }])
    const samples = await host.samples(3, {
      1: () => {
        host.proc.set({ pid: 100, command: ['vllm'], ...change })
      },
    })
    expect(samples.map((sample) => textOf(sample, 'proc/100/cmdline'))).toEqual([
      'python3\0-m\0engine\0',
      'vllm\0',
      undefined,
    ])
  })

  test('that change their titles are seen to do so within ten seconds', async () => {
    const host = machine([100], [{ pid: 100 }])
    const samples = await host.samples(7, {
      1: () => {
        host.proc.set({ pid: 100, command: ['VLLM::EngineCore'] })
      },
    })
    expect(samples.map((sample) => textOf(sample, 'proc/100/cmdline') ?? '').join(' ')).toBe(
      'python3\0-m\0engine\0     VLLM::EngineCore\0 ',
    )
  })

  test('that vanish are absent from then on, without any fault', async () => {
    const host = machine([100, 200], [{ pid: 100 }, { pid: 200 }])
    const samples = await host.samples(2, {
      1: () => {
        host.proc.remove(100)
      },
    })
    expect(samples.map((sample) => pidsWith(sample, 'stat'))).toEqual([[100, 200], [200]])
    expect([...(samples[1]?.parts.values() ?? [])].filter(({ kind }) => kind === 'fault')).toEqual([])
  })
})

describe('the list of all processes', { timeout: 20_000 }, () => {
  test('has a line for each that is no kernel thread: pid, parent, user, start, resident KiB, name', async () => {
    const host = machine(
      [],
      [
        { pid: 30, comm: 'llama server', uid: 1000, residentKiB: 2048, startTicks: 77 },
        { pid: 2, parentPid: 0, comm: 'kthreadd', kernelThread: true },
        { pid: 9, parentPid: 2, comm: 'ksoftirqd/0', kernelThread: true },
        { pid: 12, parentPid: 2, comm: 'in a container' },
        { pid: 40, comm: 'evil\n1 1 1 1 1 x' },
      ],
    )
    const [first] = await host.samples(1)
    expect(textOf(first, 'processes')?.split('\n').sort()).toEqual([
      '',
      '12 2 0 112 1024 in a container',
      '30 1 1000 77 2048 llama server',
      '40 1 0 140 1024 evil\ufffd1 1 1 1 1 x',
    ])
  })

  test('comes at least every ten seconds, and not with every tick', async () => {
    const samples = await machine([], []).samples(7)
    expect(samples.map(({ parts }) => parts.has('processes'))).toEqual([
      true,
      false,
      false,
      false,
      false,
      true,
      false,
    ])
  })

  test('tells the command of whoever holds much memory, when it is new to that', async () => {
    const host = machine(
      [],
      [
        { pid: 100, residentKiB: NOTABLE_KIB },
        { pid: 200, residentKiB: NOTABLE_KIB - 4 },
      ],
    )
    const samples = await host.samples(11, {
      2: () => {
        host.proc.set({ pid: 200, residentKiB: NOTABLE_KIB })
      },
    })
    const told = samples.map((sample) => [...pidsWith(sample, 'cmdline'), ...pidsWith(sample, 'stat')])
    expect(told).toEqual([[100, 100], [], [], [], [], [200, 200], [], [], [], [], []])
  })

  test('names the users of the processes, anew when there is another one', async () => {
    const { uid, username } = userInfo()
    const host = machine([100], [{ pid: 100, uid }])
    const samples = await host.samples(3, {
      1: () => {
        host.proc.set({ pid: 100, uid: 4_000_000, startTicks: 999 })
      },
    })
    const line = `${uid}:${username}\n`
    expect(samples.map((sample) => textOf(sample, 'users'))).toEqual([line, line, undefined])
  })
})

describe('what a sample never holds', { timeout: 20_000 }, () => {
  test('a secret in the name or on the command line of a process', async () => {
    const secret = 'sk-4f9a8b7c6d5e4f3a2b1c'
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '--', '--api-key', secret])
    await running(child)
    const pid = child.pid ?? 0
    const name = `${process.execPath} -e 0 --api-key ${secret}`
    const fake = fakeNvidiaSmi(temporaryFolder(), {
      documents: [nvidiaSmiXml({ gpus: [{ processes: [{ pid, name, usedMiB: 5 }] }] })],
    })
    const source = localSource({
      host: 'here',
      clock: systemClock(),
      intervalMs: 2000,
      nvidiaSmi: fake.command,
      transport: localTransport({ probe: true }),
    })
    const [first] = await watchUntil(source, (samples) => samples.length === 1)
    expect(textOf(first, `proc/${pid}/cmdline`)).toContain('--api-key\0***')
    expect(textOf(first, 'nvidia-smi')).toContain('--api-key ***')
    expect(JSON.stringify([...(first?.parts ?? [])])).not.toContain(secret)
  })

  test('a secret in what a process calls itself', async () => {
    const host = machine([100], [{ pid: 100, comm: 'HF_TOKEN=abcdef', residentKiB: NOTABLE_KIB }])
    const [first] = await host.samples(1)
    expect(textOf(first, 'proc/100/stat')).toMatch(/^100 \(HF_TOKEN=\*\*\*\) S 1 /)
    expect(JSON.stringify([...(first?.parts ?? [])])).not.toContain('abcdef')
  })
})

interface Machine {
  readonly proc: FakeProc
  /** The samples of `count` ticks, two seconds apart; `between` runs before the sample of that number. */
  samples(count: number, between?: Readonly<Record<number, () => void>>): Promise<readonly RawSample[]>
}

/** A host made of files, with a clock that is moved by hand. */
function machine(gpuPids: readonly number[], processes: readonly FakeProcess[]): Machine {
  const folder = temporaryFolder()
  const proc = fakeProc(folder, processes)
  const gpu = { processes: gpuPids.map((pid) => ({ pid, name: 'python3' })) }
  const fake = fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [gpu] })] })
  const clock = fakeClock()
  const source = localSource({
    host: 'made',
    clock,
    intervalMs: 2000,
    nvidiaSmi: fake.command,
    procRoot: proc.root,
    transport: localTransport({ procRoot: proc.root, probe: true }),
  })
  return {
    proc,
    samples: async (count, between = {}) => {
      const ending = new AbortController()
      const samples = source.samples(() => [], ending.signal)[Symbol.asyncIterator]()
      const seen: RawSample[] = []
      while (seen.length < count) {
        between[seen.length]?.()
        const next = await stepped(samples.next(), clock, seen.length > 0)
        if (next.done !== true) seen.push(next.value)
      }
      ending.abort()
      await samples.next()
      return seen
    },
  }
}

// the first sample comes by itself, with nvidia-smi's first document
async function stepped<T>(next: Promise<T>, clock: FakeClock, toNextTick: boolean): Promise<T> {
  if (toNextTick) await clock.advance(2000)
  return next
}

function pidsWith(sample: RawSample | undefined, file: string): readonly number[] {
  const names = [...(sample?.parts.keys() ?? [])].filter((name) => name.startsWith('proc/'))
  const pids = names.filter((name) => name.endsWith(`/${file}`)).map((name) => Number(name.split('/')[1]))
  return pids.sort((a, b) => a - b)
}

function filesOf(sample: RawSample | undefined, pid: number): readonly string[] {
  const prefix = `proc/${pid}/`
  return [...(sample?.parts.keys() ?? [])]
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length))
    .sort()
}

async function running(child: ChildProcess): Promise<void> {
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await eventually(() => child.pid !== undefined && isAlive(child.pid), 'the child runs')
}
