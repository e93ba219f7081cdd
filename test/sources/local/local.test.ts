import { liveState } from '../../../src/model/session.ts'
import { describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/runtime/clock.ts'
import { localSource } from '../../../src/sources/local/local.ts'
import { localTransport } from '../../../src/transport/local.ts'
import { sourceContract } from '../../contracts/source.contract.ts'
import { faultOf, textOf, watchUntil } from '../../support/collect.ts'
import { eventually } from '../../support/eventually.ts'
import { fakeNvidiaSmi, isAlive } from '../../support/fake-nvidia-smi.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { RawSample } from '../../../src/model/sample.ts'
import type { Want } from '../../../src/model/want.ts'
import type { Source } from '../../../src/sources/source.ts'
import type { FakeNvidiaSmi, FakeScenario } from '../../support/fake-nvidia-smi.ts'

const DOCUMENT = nvidiaSmiXml({ gpus: [{ processes: [{ pid: process.pid, name: 'node', usedMiB: 100 }] }] })
const HEALTHY: FakeScenario = { documents: [DOCUMENT] }
const MINUTE_MS = 60_000

sourceContract('local', (situation) =>
  situation === 'in-order'
    ? sourceOver(fakeNvidiaSmi(temporaryFolder(), HEALTHY).command, 200)
    : sourceOver(`${temporaryFolder()}/nvidia-smi`, 200),
)

describe('watching this machine', { timeout: 20_000 }, () => {
  test('has GPUs, host, processes and the command of whoever uses a GPU with the first answer of nvidia-smi', async () => {
    const samples = await watchUntil(start(HEALTHY, 5000).source, (seen) => seen.some(hasDocument))
    const parts = new Map(samples.flatMap((sample) => [...sample.parts]))
    expect(parts.get('nvidia-smi')).toEqual({
      kind: 'text',
      text: expect.stringContaining('<uuid>GPU-00000000-0000-4000-8000-000000000000</uuid>') as string,
      tookMs: expect.any(Number) as number,
      ageMs: expect.any(Number) as number,
    })
    const own = ['stat', 'status', 'cmdline', 'cgroup'].map((file) => `proc/${process.pid}/${file}`)
    const expected = [
      'meminfo',
      'vmstat',
      'loadavg',
      'uptime',
      'boot-id',
      'pid-namespace',
      'users',
      'processes',
      ...own,
    ]
    expect([...parts.keys()]).toEqual(expect.arrayContaining(expected))
    expect(textOf({ parts }, 'vmstat')).toMatch(/^(oom_kill \d+\n)?$/)
    expect(textOf({ parts }, 'processes')).toMatch(
      new RegExp(`^${process.pid} ${process.ppid} \\d+ \\d+ \\d+ `, 'm'),
    )
    expect(textOf({ parts }, `proc/${process.pid}/status`)).not.toContain('VmPeak')
  })

  test('is not held up by a slow nvidia-smi, whose answer comes with what it cost', async () => {
    const { source } = start({ ...HEALTHY, delayMs: 1500 }, 200)
    const samples = await watchUntil(source, (seen) => seen.some(hasDocument))
    const before = samples.slice(0, -1)
    expect(before.length).toBeGreaterThanOrEqual(3)
    for (const sample of before) {
      expect(textOf(sample, 'meminfo')).toContain('MemTotal')
      expect(sample.parts.has('nvidia-smi')).toBe(false)
    }
    const part = samples.at(-1)?.parts.get('nvidia-smi')
    expect(part?.kind === 'text' && (part.tookMs ?? 0) >= 1500).toBe(true)
  })

  test('shows the first GPUs when they come, and not at the end of a long interval', async () => {
    const { source } = start({ ...HEALTHY, delayMs: 1300 }, MINUTE_MS)
    const samples = await watchUntil(source, (seen) => seen.length === 2)
    expect(samples.map(hasDocument)).toEqual([false, true])
  })

  test('sees nvidia-smi come back after it died', async () => {
    const { source, fake } = start({ documents: [DOCUMENT], diesAfter: 1, lastWords: 'Aborted' }, 150)
    const samples = await watchUntil(source, (seen) => seen.filter(hasDocument).length === 2)
    expect(samples.filter(hasDocument)).toHaveLength(2)
    expect(samples.map((sample) => faultOf(sample, 'nvidia-smi'))).toContainEqual({
      kind: 'command-failed',
      command: fake.command,
      exitCode: 9,
      lastLine: 'Aborted',
    })
  })

  test.each([
    ['holds back the end of each document until the next one', { documents: [DOCUMENT], blockBytes: 1024 }],
    [
      "answers 'Unknown Error' where its first document had numbers",
      { documents: [DOCUMENT, nvidiaSmiXml({ gpus: [{ utilization: 'Unknown Error' }] })] },
    ],
    ['is unknown to this version', { ...HEALTHY, loopUsageError: 'Invalid combination of input arguments.' }],
  ])('leaves a loop that %s, says so once, and goes on by single runs', async (because, scenario) => {
    const { source, fake } = start(scenario, 200)
    const hasLeft = (sample: RawSample): boolean => sample.parts.has('nvidia-smi/mode')
    const samples = await watchUntil(source, (seen) => {
      const from = seen.findIndex(hasLeft)
      return from >= 0 && seen.slice(from + 1).filter(hasDocument).length >= 3
    })
    const modes = samples.flatMap(({ parts }) => parts.get('nvidia-smi/mode') ?? [])
    expect(modes).toEqual([{ kind: 'fault', fault: { kind: 'loop-mode-left', because } }])
    const [loop, ...others] = fake.runs().map(({ args }) => args.join(' '))
    expect(loop).toBe('-q -x -lms 200')
    expect(others.length).toBeGreaterThanOrEqual(3)
    expect(new Set(others)).toEqual(new Set(['-q -x']))
    expect(fake.overlaps()).toBe(0)
  })

  test('follows a new interval at once, even out of a long one, and restarts nvidia-smi once', async () => {
    const { source, fake } = start(HEALTHY, MINUTE_MS)
    const samples = await watchUntil(source, (seen) => fake.runs().length === 2 && hasDocument(seen.at(-1)), {
      onSample: ({ sequence }) => {
        if (sequence === 0) source.control({ kind: 'interval', intervalMs: 250 })
      },
    })
    expect(samples[0]?.intervalMs).toBe(MINUTE_MS)
    expect(new Set(samples.slice(1).map(({ intervalMs }) => intervalMs))).toEqual(new Set([250]))
    expect(fake.runs().map(({ args }) => args.join(' '))).toEqual(['-q -x -l 60', '-q -x -lms 250'])
    expect(source.state()).toEqual(liveState(250))
  })

  test('follows a new interval out of a long one where there is no nvidia-smi to wake it', async () => {
    const source = sourceOver(`${temporaryFolder()}/nvidia-smi`, MINUTE_MS)
    const samples = await watchUntil(source, (seen) => seen.length === 2, {
      onSample: ({ sequence }) => {
        setTimeout(() => {
          if (sequence === 0) source.control({ kind: 'interval', intervalMs: 250 })
        }, 100)
      },
    })
    expect(samples.map(({ intervalMs }) => intervalMs)).toEqual([MINUTE_MS, 250])
  })

  test.each([
    ['ends', HEALTHY],
    ['kills, when it must,', { ...HEALTHY, ignoresSigterm: true }],
    ['ends, however slow it is,', { ...HEALTHY, delayMs: 60_000 }],
  ])('%s nvidia-smi when it ends itself', async (_, scenario) => {
    const { source, fake } = start(scenario, 150)
    await watchUntil(source, () => fake.runs().length > 0)
    await eventually(() => fake.runs().every(({ pid }) => !isAlive(pid)), 'nvidia-smi is gone')
    expect(fake.runs()).toHaveLength(1)
  })
})

describe('what the judgement wants of this machine', { timeout: 20_000 }, () => {
  test('follows at once in a catch-up sample that renews nothing else', async () => {
    const want = fileWant('/etc/hostname')
    const { source } = start(HEALTHY, MINUTE_MS)
    const samples = await watchUntil(source, (seen) => seen.length === 2, { wants: after(1, [want]) })
    expect([...(samples[1]?.parts ?? [])]).toEqual([
      ['nvidia-smi', { kind: 'same' }],
      ['meminfo', { kind: 'same' }],
      ['vmstat', { kind: 'same' }],
      ...(samples[0]?.parts.has('pressure/memory') === true ? [['pressure/memory', { kind: 'same' }]] : []),
      ['processes', { kind: 'same' }],
      ['file//etc/hostname', { kind: 'text', text: expect.any(String) as string }],
    ])
  })

  test('comes with the ticks once it was asked, and in no catch-up sample', async () => {
    const want: Want = { kind: 'process', pid: process.pid, every: 'tick', maxBytes: 4096 }
    const { source } = start({ documents: [nvidiaSmiXml({ gpus: [{}] })] }, 300)
    const samples = await watchUntil(source, (seen) => seen.length === 4, { wants: after(1, [want]) })
    const meminfo = samples.map(({ parts }) => parts.get('meminfo')?.kind)
    expect(meminfo).toEqual(['text', 'same', 'text', 'text'])
    const stats = samples.map((sample) => textOf(sample, `proc/${process.pid}/stat`)?.split(' ')[0])
    expect(stats).toEqual([undefined, `${process.pid}`, `${process.pid}`, `${process.pid}`])
  })

  test('ends its catch-up after six rounds, the rest comes with the next tick', async () => {
    const wants = (samples: readonly RawSample[]): readonly Want[] =>
      Array.from({ length: Math.min(samples.length, 9) }, (_, i) =>
        fileWant(`/proc/self/fdinfo/missing-${i}`),
      )
    const { source } = start(HEALTHY, 2500)
    const samples = await watchUntil(source, (seen) => seen.length === 8, { wants })
    expect(samples.map(({ parts }) => parts.get('meminfo')?.kind)).toEqual([
      'text',
      ...Array<string>(6).fill('same'),
      'text',
    ])
    expect(faultOf(samples[7], 'file//proc/self/fdinfo/missing-6')).toMatchObject({ kind: 'not-found' })
  })

  test('never holds up a tick: what comes late goes into a later sample', async () => {
    const slow: Want = {
      kind: 'http',
      host: '192.0.2.1',
      port: 9,
      path: '/metrics',
      every: 'once',
      maxBytes: 99,
    }
    const name = 'http/192.0.2.1:9/metrics'
    const transport = localTransport({ probe: true })
    let release: () => void = () => undefined
    const held = new Promise<void>((resolve) => (release = resolve))
    const { command } = fakeNvidiaSmi(temporaryFolder(), HEALTHY)
    const source = sourceOver(command, 300, {
      label: 'held back',
      fetch: async (want, signal) => {
        if (want.kind !== 'http') return transport.fetch(want, signal)
        await held
        return new Map([[name, { kind: 'text', text: 'late' }]])
      },
    })
    const samples = await watchUntil(source, (seen) => seen.some(({ parts }) => parts.has(name)), {
      wants: () => [slow],
      onSample: ({ sequence }) => {
        if (sequence === 3) release()
      },
    })
    expect(samples.length).toBeGreaterThanOrEqual(5)
    for (const sample of samples) expect(textOf(sample, 'meminfo')).toContain('MemTotal')
  })
})

function hasDocument(sample: RawSample | undefined): boolean {
  return textOf(sample, 'nvidia-smi')?.includes('</nvidia_smi_log>') === true
}

function fileWant(path: string): Want {
  return { kind: 'file', path, every: 'once', maxBytes: 4096 }
}

/** Wants that arise with the frame of the sample number `count`. */
function after(count: number, wants: readonly Want[]): (samples: readonly RawSample[]) => readonly Want[] {
  return (samples) => (samples.length >= count ? wants : [])
}

function start(
  scenario: FakeScenario,
  intervalMs: number,
): { readonly source: Source; readonly fake: FakeNvidiaSmi } {
  const fake = fakeNvidiaSmi(temporaryFolder(), scenario)
  return { source: sourceOver(fake.command, intervalMs), fake }
}

function sourceOver(
  nvidiaSmi: string,
  intervalMs: number,
  transport = localTransport({ probe: true }),
): Source {
  return localSource({ host: 'here', clock: systemClock(), intervalMs, nvidiaSmi, transport })
}
