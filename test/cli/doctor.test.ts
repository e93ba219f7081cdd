import { describe, expect, test } from 'vitest'
import { machineFacts, type MachineFacts } from '../../src/cli/doctor/facts.ts'
import { gpuSection } from '../../src/cli/doctor/gpu-checks.ts'
import { machineSection } from '../../src/cli/doctor/machine-checks.ts'
import { questionSection } from '../../src/cli/doctor/question-checks.ts'
import type { DoctorReport, Section } from '../../src/cli/doctor/report.ts'
import { doctorText } from '../../src/cli/doctor/text.ts'
import { workloadSection } from '../../src/cli/doctor/workload-checks.ts'
import { known, missing } from '../../src/core/reading.ts'
import type { Part } from '../../src/model/sample.ts'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { llmtop } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { frameWith, gpuWith, hostProcess, workloadWith } from '../support/scene.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

/** `what: state`, and the remedy where there is one. */
function states({ checks }: Section): readonly string[] {
  return checks.map(
    ({ what, state, remedy }) => `${what}: ${state}${remedy === undefined ? '' : ` → ${remedy}`}`,
  )
}

describe('llmtop doctor', { timeout: 30_000 }, () => {
  test('says what is seen, as text and as JSON, and ends with 0', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 1000 }] })] })
    const text = await llmtop(['doctor'], { PATH: folder, LANG: 'C.UTF-8' })
    expect([text.exitCode, text.stderr]).toEqual([0, ''])
    expect(text.stdout).toMatch(/^ {2}✓ GPU 0 +NVIDIA H100 80GB HBM3, 79.6 GiB$/m)
    expect(text.stdout).toMatch(/^ {2}\? screen +the output is no terminal/m)
    const json = await llmtop(['doctor', '--json'], { PATH: folder })
    const report = JSON.parse(json.stdout) as DoctorReport
    expect(report.schema).toBe('llmtop.doctor/1')
    expect(report.sections.map(({ title }) => title)).toEqual(
      expect.arrayContaining(['GPUs', 'This machine', 'Terminal']),
    )
  })

  test('says what to do where there is no driver, in ASCII where the locale is', async () => {
    const { stdout } = await llmtop(['doctor'], { LANG: 'C' })
    expect(stdout).toContain(
      "  no nvidia-smi          'nvidia-smi' is not on the PATH\n" +
        '                         -> is the NVIDIA driver installed on this machine?\n',
    )
  })

  test('takes no key without its address, and repeats nothing of it', async () => {
    const { exitCode, stdout, stderr } = await llmtop(['doctor'], { LLMTOP_API_KEY: 'abracadabra' })
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain('127.0.0.1:8000=KEY')
    expect(stderr).not.toContain('abracadabra')
  })

  test('looks at this very machine', async () => {
    const facts = await machineFacts(new AbortController().signal)
    expect(facts.isRoot).toBe(process.getuid?.() === 0)
    expect(facts.others.readable).toBeLessThanOrEqual(facts.others.processes)
    expect(['initial', 'own']).toContain(facts.pidNamespace)
  })
})

describe('what is said of GPUs', () => {
  test('is the driver, its pace, and each card', () => {
    expect(gpuSection(frameWith({ gpus: [gpuWith(0, {}), gpuWith(1, {})] })).checks).toMatchObject([
      { what: 'nvidia-smi', state: 'yes', found: 'driver 580.95.05, CUDA 13.0, a document takes 0.4 s' },
      { what: 'GPU 0', state: 'yes' },
      { what: 'GPU 1', state: 'yes' },
    ])
  })

  test('is that a document takes long', () => {
    const slow = frameWith({ gpuSample: known({ ageMs: 0, tookMs: known(4000) }) })
    expect(states(gpuSection(slow))).toEqual([
      "nvidia-smi: partly → a longer --interval costs less; 'sudo nvidia-smi -pm 1' may help",
    ])
  })

  test('is that nvidia-smi gives no answer', () => {
    const silent = frameWith({ gpuSample: missing('not-yet-known'), elapsedMs: 16_000 })
    expect(gpuSection(silent).checks).toEqual([
      {
        what: 'nvidia-smi',
        state: 'no',
        found: 'no answer within 16 s',
        remedy: "try 'nvidia-smi' by hand: where it hangs, too, the driver does",
      },
    ])
  })

  test('is what stands in the way, each with its remedy', () => {
    const frame = frameWith({
      gpuSample: missing('not-yet-known'),
      faults: [
        { fault: { kind: 'pid-namespace', gpus: 2 }, ageMs: 0 },
        { fault: { kind: 'timed-out', what: "'nvidia-smi'", afterMs: 10_000 }, ageMs: 0 },
      ],
    })
    expect(states(gpuSection(frame))).toEqual([
      "processes: no → start the container with '--pid=host'",
      'nvidia-smi: no → is the driver or the link hanging?',
    ])
  })

  test('is that the driver tells nothing of processes', () => {
    const silent = gpuWith(0, { processes: missing('not-supported', 'WDDM') })
    expect(gpuSection(frameWith({ gpus: [silent] })).checks.at(-1)).toEqual({
      what: 'GPU 0 processes',
      state: 'no',
      found: 'WDDM',
    })
  })
})

describe('what is said of the machine', () => {
  const FACTS: MachineFacts = {
    isRoot: false,
    hidePid: '0',
    pidNamespace: 'initial',
    others: { processes: 90, readable: 90 },
    cgroupVersion: 2,
    hasPressure: true,
    journal: 'readable',
  }
  const frame = frameWith({ hostProcesses: [hostProcess(7, 'llama-server', ['llama-server'])] })

  test('is that all is seen where all is', () => {
    expect(new Set(machineSection(FACTS, frame).checks.map(({ state }) => state))).toEqual(new Set(['yes']))
  })

  test.each<[Partial<MachineFacts>, string]>([
    [{ hidePid: '2' }, 'processes: partly → run as root, or in the group that the mount names (gid=)'],
    [
      { hidePid: 'invisible' },
      'processes: partly → run as root, or in the group that the mount names (gid=)',
    ],
    [{ others: { processes: 90, readable: 0 } }, 'rights: partly → run as their user or as root to see them'],
    [{ pidNamespace: 'own' }, "PID namespace: partly → start the container with '--pid=host'"],
    [{ pidNamespace: 'unknown' }, 'PID namespace: partly'],
    [{ cgroupVersion: undefined }, 'control groups: partly'],
    [{ hasPressure: false }, "memory pressure: partly → boot with 'psi=1', if it has been built with it"],
    [{ journal: 'none' }, 'journal: partly → name the log of an engine with --engine-log'],
    [
      { journal: 'empty' },
      "journal: partly → 'sudo usermod -aG systemd-journal USER', or name the log with --engine-log",
    ],
    [{ journal: 'empty', isRoot: true }, 'journal: partly → name the log of an engine with --engine-log'],
  ])('%j: %s', (facts, expected) => {
    const lacking = states(machineSection({ ...FACTS, ...facts }, frame)).filter(
      (line) => !line.includes(': yes'),
    )
    expect(lacking).toEqual([expected])
  })
})

describe('what is said of a workload', () => {
  function said(changes: Parameters<typeof workloadWith>[1], sockets = ''): Section {
    const workload = workloadWith('vllm:4200', changes)
    const parts: [string, Part][] = sockets === '' ? [] : [['sockets/4200', { kind: 'text', text: sockets }]]
    return workloadSection({ ...workload, rootPid: known(4200) }, new Map(parts))
  }

  const found = (section: Section, name: string): unknown => section.checks.find(({ what }) => what === name)

  test('is where its model is known from', () => {
    const { model } = workloadWith('vllm:4200', {})
    const unnamed = { ...model, name: missing('not-reported'), source: missing('not-reported') }
    expect(found(said({ model: { ...model, name: known('M'), source: known('argv') } }), 'model')).toEqual({
      what: 'model',
      state: 'yes',
      found: 'M, from its command line',
    })
    expect(found(said({ model: unnamed }), 'model')).toMatchObject({ state: 'no' })
  })

  test.each([
    [
      'network same\n127.0.0.1 8000 own\n0.0.0.0 9000 child\n1.2.3.4 80 other\n',
      'yes',
      '127.0.0.1 8000, 0.0.0.0 9000',
    ],
    ['network other\n0.0.0.0 8000 own\n', 'yes', '0.0.0.0 8000, in a network of its own'],
    ['network same\n0.0.0.0 8000 unknown\n', 'partly', 'whose ports are whose is not to be seen'],
    ['network same\n', 'partly', 'it listens nowhere'],
    ['', 'partly', 'it is not asked'],
  ])('is where it listens: %j', (sockets, state, words) => {
    expect(found(said({}, sockets), 'port')).toMatchObject({ state, found: words })
  })

  test('is how full its cache is, or why nobody knows', () => {
    const { kv } = workloadWith('vllm:4200', {})
    const full = { ...kv, usedRatio: known(0.5), capacityTokens: known(10_000) }
    expect(found(said({ kv: full }), 'KV cache')).toMatchObject({ state: 'yes' })
    const no = missing('no-permission', 'the engine wants its key')
    expect(found(said({ kv: { ...kv, usedRatio: no, usedTokens: no } }), 'KV cache')).toEqual({
      what: 'KV cache',
      state: 'no',
      found: 'the engine wants its key',
      remedy: 'if it wants a key: LLMTOP_API_KEY=ADDRESS:PORT=KEY',
    })
  })

  test('is what it could tell and does not', () => {
    const gap = { what: 'requests', remedy: 'add --enable-metrics to the command' }
    expect(found(said({ telemetryGaps: [gap] }), 'requests')).toEqual({
      what: 'requests',
      state: 'partly',
      found: 'not reported',
      remedy: 'add --enable-metrics to the command',
    })
  })

  test('is which flags the prediction leaves out', () => {
    const { config } = workloadWith('vllm:4200', {})
    const problems = ['the adapters of --lora are not counted']
    expect(found(said({ config: { ...config, problems } }), 'flags')).toEqual({
      what: 'flags',
      state: 'partly',
      found: 'the adapters of --lora are not counted',
    })
  })
})

test('what was asked is listed with its answer or with what stood in its way', () => {
  const refused = { kind: 'refused', url: 'http://127.0.0.1:8000/props', status: 401 } as const
  const parts: [string, Part][] = [
    ['meminfo', { kind: 'text', text: 'x' }],
    ['http/127.0.0.1:8000/metrics', { kind: 'text', text: 'four', status: 200 }],
    ['http/127.0.0.1:8000/slots', { kind: 'text', text: '', status: 501 }],
    ['http/127.0.0.1:8000/props', { kind: 'fault', fault: refused }],
    ['head//m/a.gguf', { kind: 'bytes', base64: '', sizeBytes: 7 }],
    ['file/@7//m/config.json', { kind: 'fault', fault: { kind: 'no-permission', what: "'/proc/7/root'" } }],
  ]
  expect(questionSection(new Map(parts)).checks).toEqual([
    { what: 'http://127.0.0.1:8000/metrics', state: 'yes', found: '4 characters kept' },
    { what: 'http://127.0.0.1:8000/slots', state: 'partly', found: 'answered 501' },
    {
      what: 'http://127.0.0.1:8000/props',
      state: 'no',
      found: 'http://127.0.0.1:8000/props answered 401',
      remedy: 'does it need a key?',
    },
    { what: 'head /m/a.gguf', state: 'yes', found: 'the beginning of 7 bytes' },
    {
      what: 'file @7//m/config.json',
      state: 'no',
      found: "no permission to read '/proc/7/root'",
      remedy: 'run as that user or as root to see it',
    },
  ])
})

test('a long name pushes its own line alone', () => {
  const checks = [
    { what: 'x'.repeat(60), state: 'yes', found: 'a' },
    { what: 'y', state: 'no', found: 'b', remedy: 'c' },
  ] as const
  const report = {
    schema: 'llmtop.doctor/1',
    version: '1',
    host: 'h',
    sections: [{ title: 'T', checks }],
  } as const
  expect(doctorText(report, true)).toBe(
    `llmtop 1 on h\n\nT\n  ok ${'x'.repeat(60)}  a\n  no y${' '.repeat(45)}b\n${' '.repeat(51)}-> c\n`,
  )
})
