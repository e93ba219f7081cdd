import { describe, expect, test } from 'vitest'
import { adviceFor, type AdviceSituation } from '../../../src/analyse/advice/index.ts'
import type { JudgedWorkload } from '../../../src/analyse/judged.ts'
import { step } from '../../../src/analyse/step.ts'
import { known, missing } from '../../../src/core/reading.ts'
import { gibibytes } from '../../../src/core/units.ts'
import type { Advice, Risk, RiskClass } from '../../../src/model/risk.ts'
import type { DeviceMemory } from '../../../src/model/snapshot.ts'
import type { Workload } from '../../../src/model/workload.ts'
import { BEGINNING } from '../../support/fold.ts'
import { gpuWith, h100Memory, hostMemory, slices, workloadWith } from '../../support/scene.ts'
import { shapeNamed } from '../../support/simulator/index.ts'
import { simulateShape } from '../../support/simulator/shape.ts'

function judged(id: string, changes: Partial<Workload>): JudgedWorkload {
  return { ...workloadWith(id, changes), estimated: missing('not-reported') }
}

function holding(gib: number): Workload['memory'] {
  const usedBytes = known(gibibytes(gib))
  return {
    usedBytes,
    slices: slices({}),
    perGpu: [{ uuid: 'GPU-0', usedBytes, slices: slices({}) }],
    residentBytes: known(gibibytes(2)),
    onCpuRatio: known(0),
  }
}

function situation(changes: Partial<AdviceSituation>): AdviceSituation {
  return {
    class: 'cuda-oom',
    level: 'warn',
    workload: undefined,
    victims: [],
    gpus: [gpuWith(0, { memory: h100Memory(70) })],
    workloads: [],
    host: hostMemory(251, 189),
    numbers: {},
    findings: {},
    ...changes,
  }
}

/** What is advised when a risk of that class first stands in a shape. */
function advisedIn(shape: string, riskClass: RiskClass): readonly Advice[] {
  return firstIn(shape, riskClass)?.advice ?? []
}

function firstIn(shape: string, riskClass: RiskClass): Risk | undefined {
  let memory = BEGINNING
  for (const sample of simulateShape(shapeNamed(shape), 1).samples) {
    const { memory: after, frame } = step(memory, sample)
    memory = after
    const risk = frame.risks.find((standing) => standing.class === riskClass)
    if (risk !== undefined) return risk
  }
  return undefined
}

const NO_MEMORY: DeviceMemory = {
  totalBytes: missing('not-supported'),
  reservedBytes: missing('not-supported'),
  usedBytes: missing('not-supported'),
  freeBytes: missing('not-supported'),
}

// a shape is an hour and more
const LONG = 60_000

describe('against a card that fills', () => {
  const vllm = judged('vllm:4200', {
    engine: 'vllm',
    rootPid: known(4200),
    memory: holding(60),
    command: ['vllm', 'serve', 'm', '--api-key', 'secret', '--gpu-memory-utilization', '0.92'],
    config: { ...workloadWith('x', {}).config, gpuMemoryUtilization: known(0.92) },
  })

  test('who holds memory for nothing is the first to ask, by user, age and bytes', () => {
    const notebook = judged('pytorch:77', {
      engine: 'pytorch',
      rootPid: known(77),
      user: known('bob'),
      idleSeconds: known(7200),
      memory: holding(9),
    })
    const [first] = adviceFor(situation({ workload: vllm, workloads: [vllm, notebook] }))
    expect(first).toEqual({
      action: 'stop PyTorch 77 (bob), idle for 2 h: it holds 9.0 GiB',
      command: 'kill 77',
      freesBytes: gibibytes(9),
      addsTokens: undefined,
      restart: false,
      quality: undefined,
    })
  })

  test('a model that Ollama keeps is unloaded, not killed', () => {
    const kept = judged('ollama:9', {
      engine: 'ollama',
      idleSeconds: known(900),
      memory: holding(5),
      model: { ...workloadWith('x', {}).model, name: known('llama3.1:8b') },
    })
    expect(adviceFor(situation({ workloads: [kept] }))[0]?.command).toBe('ollama stop llama3.1:8b')
  })

  test('who has worked lately, and who holds next to nothing, is left alone', () => {
    const busy = judged('pytorch:1', { engine: 'pytorch', idleSeconds: known(30), memory: holding(9) })
    const small = judged('pytorch:2', { engine: 'pytorch', idleSeconds: known(9000), memory: holding(0.1) })
    expect(adviceFor(situation({ workloads: [busy, small] }))).toEqual([])
  })

  test('an engine with a budget takes a lower one: the same command, its secret masked, one flag changed', () => {
    expect(adviceFor(situation({ workload: vllm, workloads: [vllm] }))).toEqual([
      {
        action: 'a lower budget leaves room for what it does not count',
        command: "vllm serve m --api-key '***' --gpu-memory-utilization 0.87",
        // a twentieth of 81,559 MiB
        freesBytes: 4_276_040_499,
        addsTokens: undefined,
        restart: true,
        quality: 'a smaller KV cache',
      },
    ])
  })

  test('a neighbour that grows is the one to stop', () => {
    const grower = judged('pytorch:8300', { engine: 'pytorch', rootPid: known(8300), memory: holding(20) })
    expect(
      adviceFor(situation({ workload: grower, victims: [vllm], workloads: [vllm, grower] })),
    ).toMatchObject([
      {
        action: 'stop PyTorch 8300 (root), or move it to another card: it takes the room of vLLM 4200 (root)',
        command: 'kill 8300',
        freesBytes: gibibytes(20),
      },
    ])
  })

  test('fragments are left to the allocator, but not where it has no such segments', () => {
    const torch = judged('pytorch:5', {
      engine: 'pytorch',
      command: ['python', 'train.py'],
      memory: holding(60),
    })
    const findings = { fragmentation: true }
    const advice = adviceFor(situation({ workload: torch, findings }))
    expect(advice.map(({ command }) => command)).toContain(
      'PYTORCH_ALLOC_CONF=expandable_segments:True python train.py',
    )
    const windows = [gpuWith(0, { driverModel: known('WDDM') })]
    expect(
      adviceFor(situation({ workload: torch, findings, gpus: windows })).map(({ action }) => action),
    ).toEqual(['a smaller batch or shorter sequences: what torch holds grows with both'])
  })

  test(
    'a server of transformers takes the flag of its own command, and shorter answers no restart',
    { timeout: LONG },
    () => {
      const advice = advisedIn('growth to out of memory', 'cuda-oom')
      expect(
        advice.map(({ action, command, restart }) => [
          action,
          command?.split(' ').slice(2).join(' '),
          restart,
        ]),
      ).toEqual([
        ['weights in 4 bits (NF4)', 'serve --force-model Qwen/Qwen3-14B --quantization bnb-4bit', true],
        ['shorter answers: max_tokens in each request caps how far its KV cache grows', undefined, false],
        ['start transformers 9120 (alice) anew: it gives back what it grew by', '', true],
      ])
      expect(advice.at(-1)?.command).toBe('kill 9120')
      expect(advice.at(-1)?.freesBytes).toBeGreaterThan(gibibytes(4))
    },
  )

  test('who grows is started anew where it is a server, and left to its user where it is none', () => {
    const numbers = { bytesPerSecond: 1000 }
    const anew = {
      action: 'start vLLM 4200 (root) anew: it gives back what it grew by',
      command: 'kill 4200',
    }
    expect(adviceFor(situation({ class: 'host-oom', workload: vllm, numbers }))).toMatchObject([anew])
    expect(adviceFor(situation({ class: 'host-oom', workload: vllm }))).toEqual([])
    expect(adviceFor(situation({ class: 'will-not-fit', workload: vllm, numbers }))).toEqual([])
    const trainer = judged('pytorch:5', { engine: 'pytorch', rootPid: known(5) })
    expect(adviceFor(situation({ class: 'host-oom', workload: trainer, numbers }))).toEqual([])
    const kept = judged('ollama:9', {
      engine: 'ollama',
      model: { ...workloadWith('x', {}).model, name: known('m') },
    })
    expect(adviceFor(situation({ class: 'host-oom', workload: kept, numbers }))).toMatchObject([
      { command: 'ollama stop m' },
    ])
  })

  test('a start that lacks what a busy neighbour holds waits for it', () => {
    const small = judged('pytorch:1', {
      engine: 'pytorch',
      rootPid: known(1),
      user: known('bob'),
      memory: holding(5),
    })
    const enough = judged('pytorch:2', {
      engine: 'pytorch',
      rootPid: known(2),
      user: known('bob'),
      memory: holding(20),
    })
    const more = judged('pytorch:3', {
      engine: 'pytorch',
      rootPid: known(3),
      user: known('bob'),
      memory: holding(30),
    })
    const changes = {
      workload: vllm,
      workloads: [vllm, more, small, enough],
      numbers: { excessBytes: gibibytes(12) },
    }
    expect(adviceFor(situation({ class: 'will-not-fit', ...changes }))).toMatchObject([
      {
        action: 'wait for PyTorch 2 (bob), or stop it: it holds 20.0 GiB',
        command: 'kill 2',
        freesBytes: gibibytes(20),
      },
    ])
    expect(
      adviceFor(situation({ class: 'over-ceiling', ...changes })).map(({ command }) => command),
    ).not.toContain('kill 2')
  })
})

describe('against a pool that is too small', () => {
  test('the budget goes up, where a full card lowers it', { timeout: LONG }, () => {
    const advice = advisedIn('saturation with preemption', 'kv-saturation')
    const budget = advice.find(({ command }) => command?.includes('--gpu-memory-utilization'))
    expect(budget?.command).toContain('--gpu-memory-utilization 0.95')
    expect(budget?.addsTokens).toBeGreaterThan(10_000)
    expect(advice.every(({ addsTokens, restart }) => !restart || (addsTokens ?? 0) > 0)).toBe(true)
    expect(advisedIn('engine that creeps', 'cuda-oom').map(({ command }) => command)).toEqual([
      expect.stringContaining('--gpu-memory-utilization 0.87'),
      'kill 4200',
    ])
  })

  test('waiting at the allowed number of requests is no lack of memory', () => {
    const vllm = judged('vllm:1', { engine: 'vllm' })
    const findings = { batchLimit: true }
    expect(adviceFor(situation({ class: 'kv-saturation', workload: vllm, findings }))).toEqual([])
  })
})

describe('before a model is loaded that will not fit', () => {
  test('only changes with which it fits are told', { timeout: LONG }, () => {
    const advice = advisedIn('load and not fit', 'will-not-fit')
    expect(advice.length).toBeGreaterThan(0)
    expect(advice[0]?.command).toContain('--quantization bitsandbytes')
    expect(advice[0]?.quality).toBe('2–3 % worse than 16 bits')
  })
})

test('a start that lacks room says who holds it, and rounding is nobody', { timeout: LONG }, () => {
  const waking = firstIn('cannot wake', 'will-not-fit')
  expect(waking?.evidence.join()).toMatch(
    /GPU 0 can hold 79\.1 GiB, [\d.]+ GiB of it held by others: PyTorch 7000 \(alice\)/,
  )
  expect(waking?.advice[0]?.action).toMatch(/^wait for PyTorch 7000 \(alice\), or stop it: it holds /)
  expect(firstIn('load and not fit', 'will-not-fit')?.evidence).toContain('GPU 0 can hold 79.1 GiB')
})

describe('against a control group that fills', () => {
  test(
    'the cache of prompts shrinks by the bytes that it may hold, and the limit can be raised',
    { timeout: LONG },
    () => {
      const advice = advisedIn('checkpoints until the kernel kills', 'host-oom')
      expect(
        advice.map(({ command, freesBytes }) => [command?.split(' ').slice(-2).join(' '), freesBytes]),
      ).toEqual([
        ['--cache-ram 1024', gibibytes(7)],
        ['llama.service MemoryMax=20G', gibibytes(4)],
        ['kill 5200', undefined],
      ])
    },
  )
})

test.each<[string, string | undefined, boolean]>([
  ['/system.slice/llama.service', 'sudo systemctl set-property llama.service MemoryMax=20G', false],
  [
    '/user.slice/user-1000.slice/user@1000.service/app.slice/llama.service',
    'systemctl --user set-property llama.service MemoryMax=20G',
    false,
  ],
  [
    `/system.slice/docker-${'0123456789ab'.repeat(5)}abcd.scope`,
    'docker update --memory 20g --memory-swap -1 0123456789ab',
    false,
  ],
  ['/kubepods.slice/kubepods-pod1.slice/cri-containerd-0123456789ab.scope', undefined, true],
])('the limit of %s is raised by whoever set it', (path, command, restart) => {
  const workload = judged('transformers:1', {
    engine: 'transformers',
    cgroup: known({
      path,
      limitBytes: gibibytes(16),
      currentBytes: known(gibibytes(15)),
      heldBytes: known(gibibytes(15)),
      oomKills: known(0),
    }),
  })
  const advice = adviceFor(
    situation({ class: 'host-oom', workload, workloads: [workload], findings: { cgroup: path } }),
  )
  expect(advice.map((one) => [one.command, one.restart])).toEqual([[command, restart]])
})

test('on a machine with one memory a lower budget frees its part of the host', () => {
  const card = gpuWith(0, { unifiedMemory: true, memory: NO_MEMORY })
  const workload = judged('vllm:1', {
    engine: 'vllm',
    config: { ...workloadWith('x', {}).config, gpuMemoryUtilization: known(0.7) },
  })
  const [lower] = adviceFor(
    situation({
      class: 'unified-oom',
      workload,
      workloads: [workload],
      gpus: [card],
      host: hostMemory(120, 12),
    }),
  )
  expect(lower).toMatchObject({ freesBytes: gibibytes(6) })
})
