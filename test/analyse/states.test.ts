import { describe, expect, test } from 'vitest'
import { known, missing, valueOr } from '../../src/core/reading.ts'
import type { Workload } from '../../src/model/workload.ts'
import { sampleAt, steps, type Parts } from '../support/fold.ts'
import { writeGguf } from '../support/gguf-writer.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { TINY_LLAMA, tinyLlama } from '../support/tiny-llama.ts'

const MIB = 1024 ** 2

function proc(pid: number, parentPid: number, command: string): Parts {
  return {
    [`proc/${pid}/stat`]: `${pid} (x) S ${parentPid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 ${pid} 0 256 0\n`,
    [`proc/${pid}/cmdline`]: `${command.replaceAll(' ', '\0')}\0`,
  }
}

function onCard(pid: number, usedMiB: number): Parts {
  return { 'nvidia-smi': nvidiaSmiXml({ gpus: [{ processes: [{ pid, name: 'x', usedMiB }] }] }) }
}

/** The only workload after samples two seconds apart. */
function after(...samples: readonly Parts[]): Workload {
  const frame = steps(samples.map((parts, at) => sampleAt(at * 2, parts))).at(-1)?.frame
  const [workload] = frame?.workloads ?? []
  if (workload === undefined) throw new Error('no workload')
  return workload
}

describe('a server that loads', () => {
  const vllm = { ...onCard(50, 3000), ...proc(50, 1, 'vllm serve meta-llama/Llama-3.1-8B-Instruct') }
  const silent = { kind: 'fault', fault: { kind: 'unreachable', host: 'x', lastLine: '' } } as const

  test.each([
    ['is loading while it listens nowhere', 'network same\n', 'loading'],
    [
      'is not, where only a worker of it listens for its fellows',
      'network same\n127.0.0.1 41001 child\n',
      'loading',
    ],
    ['serves when it listens', 'network same\n0.0.0.0 8000 own\n', 'serving'],
    ['serves when a child of it has its port', 'network same\n0.0.0.0 8000 child\n', 'serving'],
    ['is not called so, where nobody may look', 'network same\n0.0.0.0 8000 unknown\n', 'serving'],
  ])('%s', (_, sockets, state) => {
    const workload = after({ ...vllm, 'sockets/50': sockets, 'http/127.0.0.1:8000/metrics': silent })
    expect(workload.state).toBe(state)
  })

  test('has parts that are not known yet', () => {
    const { memory } = after({ ...vllm, 'sockets/50': 'network same\n' })
    expect(memory.slices.weightsBytes).toEqual(missing('not-yet-known', 'it is still loading'))
    expect(memory.slices.unexplainedBytes).toEqual(known(3000 * MIB, 'derived'))
  })

  test('may say so itself: llama-server, with 503', () => {
    const page = { kind: 'text', text: '{"error":{"message":"Loading model"}}', status: 503 } as const
    const parts = { ...onCard(50, 300), ...proc(50, 1, 'llama-server -m /m/a.gguf') }
    expect(after({ ...parts, 'http/127.0.0.1:8080/props': page }).state).toBe('loading')
  })
})

describe('a model of Ollama', () => {
  const digest = 'ab'.repeat(32)
  const head: Parts = {
    [`head//b/blobs/sha256-${digest}`]: {
      kind: 'bytes',
      base64: Buffer.from(writeGguf(tinyLlama({ ...TINY_LLAMA, layers: 9 }, false))).toString('base64'),
      sizeBytes: 10 ** 9,
    },
  }
  const runner = {
    ...onCard(51, 900),
    ...proc(50, 1, 'ollama serve'),
    ...proc(51, 50, `ollama runner --model /b/blobs/sha256-${digest} --port 4`),
  }
  const loaded = (more: object): Parts => ({
    ...head,
    'http/127.0.0.1:11434/api/ps': JSON.stringify({
      models: [{ name: 'tiny', size: 1000, size_vram: 1000, context_length: 4096, ...more }],
    }),
  })
  // sampleAt begins at this instant
  const at = (seconds: number): string => new Date(Date.UTC(2026, 10, 21) + seconds * 1000).toISOString()

  test('whose time is over is unloading, until somebody asks it again', () => {
    const state = (expires: string): string => after({ ...runner, ...loaded({ expires_at: expires }) }).state
    expect([state(at(300)), state(at(-1)), state(at(-60)), state('nonsense')]).toEqual([
      'serving',
      'serving',
      'unloading',
      'serving',
    ])
    expect(state('2026-11-20T23:00:00.123456789+00:00')).toBe('unloading')
  })

  test('of which a part is on the CPU has its other layers on the card', () => {
    const whole = after({ ...runner, ...loaded({}) })
    const half = after({ ...runner, ...loaded({ size_vram: 500 }) })
    const weights = ({ memory }: Workload): number => valueOr(memory.slices.weightsBytes, 0)
    expect([whole.memory.onCpuRatio, half.memory.onCpuRatio]).toEqual([
      known(0, 'derived'),
      known(0.5, 'derived'),
    ])
    expect(weights(half) / weights(whole)).toBeGreaterThan(0.3)
    expect(weights(half) / weights(whole)).toBeLessThan(0.7)
  })

  test('of an old version says what is not told, and what would change that', () => {
    expect(after({ ...runner, ...loaded({}) }).telemetryGaps).toEqual([
      { what: 'KV cache use and requests', remedy: 'update Ollama: it says so since 0.30' },
    ])
  })
})

describe('llama-server', () => {
  const server = { ...onCard(50, 900), ...proc(50, 1, 'llama-server -m /m/a.gguf -c 2048 -np 2') }
  const props = (more: object): Parts => ({
    'http/127.0.0.1:8080/props': JSON.stringify({
      total_slots: 2,
      default_generation_settings: { n_ctx: 1024 },
      ...more,
    }),
  })

  test('has its slots told one by one', () => {
    const slots = [
      {
        id: 0,
        n_ctx: 1024,
        is_processing: false,
        id_task: 3,
        n_prompt_tokens: 200,
        next_token: [{ n_remain: -1 }],
      },
      {
        id: 1,
        n_ctx: 1024,
        is_processing: true,
        id_task: 4,
        n_prompt_tokens: 900,
        next_token: [{ n_remain: 77 }],
      },
    ]
    const { kv } = after({ ...server, ...props({}), 'http/127.0.0.1:8080/slots': JSON.stringify(slots) })
    expect(kv.slots).toEqual([
      {
        id: 0,
        generating: false,
        tokens: known(200, 'derived'),
        contextTokens: known(1024),
        remainingTokens: missing('not-supported', 'its request has no limit of its own'),
      },
      {
        id: 1,
        generating: true,
        tokens: known(900, 'derived'),
        contextTokens: known(1024),
        remainingTokens: known(77),
      },
    ])
    expect([kv.usedTokens, kv.reusableTokens]).toEqual([known(900, 'derived'), known(200, 'derived')])
  })

  test('says which of its flags the prediction leaves out', () => {
    const command = 'llama-server -m /m/a.gguf -c many --lora /m/b.gguf'
    expect(after({ ...onCard(50, 900), ...proc(50, 1, command), ...props({}) }).config.problems).toEqual([
      "'-c many' can't be read",
      'the adapters of --lora are not counted',
    ])
  })

  test('that does not show them says which flag hides them', () => {
    expect(after({ ...server, ...props({ endpoint_slots: false }) }).telemetryGaps).toEqual([
      { what: 'KV cache use and requests', remedy: 'start it without --no-slots' },
    ])
    expect(after({ ...server, ...props({}) }).telemetryGaps).toEqual([])
  })
})

describe('what an engine could tell and does not', () => {
  const gaps = (command: string): readonly string[] =>
    after({ ...onCard(50, 900), ...proc(50, 1, command) }).telemetryGaps.map(({ remedy }) => remedy)

  test.each([
    ['python3 -m sglang.launch_server --model-path org/M', ['add --enable-metrics to the command']],
    ['python3 -m sglang.launch_server --model-path org/M --enable-metrics', []],
    ['vllm serve org/M --disable-log-stats', ['start it without --disable-log-stats']],
    ['vllm serve org/M --uds /run/v.sock', ['let it listen on a port instead of --uds']],
    ['vllm serve org/M', []],
    ['lmdeploy serve api_server org/M --disable-metrics', ['start it without --disable-metrics']],
    ['transformers serve', []],
    ['python3 train.py', []],
  ])('is said with its remedy: %s', (command, remedies) => {
    expect(gaps(command)).toEqual(remedies)
  })
})
