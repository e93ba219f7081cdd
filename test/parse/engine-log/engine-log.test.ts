import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { gibibytes, mebibytes } from '../../../src/core/units.ts'
import type { DeviceBuffers } from '../../../src/model/reported-memory.ts'
import { parseEngineLog } from '../../../src/parse/engine-log/engine-log.ts'
import { readTruth } from '../../corpus/truth-cases.ts'

const FOLDER = process.env['LLMTOP_CORPUS']
const log = (...lines: readonly string[]) => parseEngineLog(lines.join('\n'))
const MIB = mebibytes(1)
const device = (name: string, more: Partial<DeviceBuffers>): DeviceBuffers => ({
  device: name,
  onHost: false,
  weightsBytes: 0,
  kvBytes: 0,
  stateBytes: 0,
  computeBytes: 0,
  outputBytes: 0,
  ...more,
})

describe('logs of llama.cpp', () => {
  test('every buffer is read with its device, kind and settings', () => {
    expect(
      log(
        'load_tensors: offloaded 20/33 layers to GPU',
        'load_tensors:   CPU_Mapped model buffer size =   400.00 MiB',
        'load_tensors:        CUDA0 model buffer size =  3000.00 MiB',
        'llama_context: n_seq_max     = 2',
        'llama_context: n_ctx         = 8192',
        'llama_context: n_ctx_seq     = 4096',
        'llama_context: n_batch       = 2048',
        'llama_context: n_ubatch      = 512',
        'llama_context: flash_attn    = enabled',
        'llama_context:  CUDA_Host  output buffer size =     1.00 MiB',
        'llama_kv_cache:      CUDA0 KV buffer size =   160.00 MiB',
        'llama_memory_recurrent:      CUDA0 RS buffer size =    30.00 MiB',
        'sched_reserve:      CUDA0 compute buffer size =   500.00 MiB',
        'sched_reserve:  CUDA_Host compute buffer size =   100.00 MiB',
      ),
    ).toEqual({
      engine: 'llama.cpp',
      devices: [
        device('CPU_Mapped', { onHost: true, weightsBytes: 400 * MIB }),
        device('CUDA0', {
          weightsBytes: 3000 * MIB,
          kvBytes: 160 * MIB,
          stateBytes: 30 * MIB,
          computeBytes: 500 * MIB,
        }),
        device('CUDA_Host', { onHost: true, outputBytes: MIB, computeBytes: 100 * MIB }),
      ],
      gpuLayers: { onGpu: 20, total: 33 },
      slots: 2,
      contextTokens: 8192,
      contextTokensPerSlot: 4096,
      batchTokens: 2048,
      ubatchTokens: 512,
      flashAttention: true,
    })
  })

  test('caches of two kinds of layers, and parts of a split file, add up', () => {
    const { devices = [] } =
      log(
        'llm_load_tensors:        CPU buffer size =  4000.00 MiB',
        'llm_load_tensors:        CPU buffer size =  5000.00 MiB',
        'llama_kv_cache:      CUDA0 KV buffer size =   512.00 MiB',
        'llama_kv_cache:      CUDA0 KV buffer size =  1280.00 MiB',
      ) ?? {}
    expect(devices).toEqual([
      device('CPU', { onHost: true, weightsBytes: 9000 * MIB }),
      device('CUDA0', { kvBytes: 1792 * MIB }),
    ])
  })

  test('of several loads, dry runs among them, the last one counts', () => {
    const load = (weights: number, kv: number, compute: number) => [
      `load_tensors:        CUDA0 model buffer size = ${weights}.00 MiB`,
      `llama_kv_cache:      CUDA0 KV buffer size =   ${kv}.00 MiB`,
      `sched_reserve:      CUDA0 compute buffer size =   ${compute}.00 MiB`,
    ]
    const { devices = [] } = log(...load(900, 800, 70), ...load(500, 400, 30), ...load(500, 300, 20)) ?? {}
    expect(devices).toEqual([
      device('CUDA0', { weightsBytes: 500 * MIB, kvBytes: 300 * MIB, computeBytes: 20 * MIB }),
    ])
  })

  test('a context that is made anew keeps the weights, a graph that is reserved anew replaces the buffer', () => {
    const { devices = [] } =
      log(
        'load_tensors:        CUDA0 model buffer size = 500.00 MiB',
        'llama_kv_cache:      CUDA0 KV buffer size =   800.00 MiB',
        'sched_reserve:      CUDA0 compute buffer size =   70.00 MiB',
        'llama_kv_cache:      CUDA0 KV buffer size =   400.00 MiB',
        'sched_reserve:      CUDA0 compute buffer size =   30.00 MiB',
        'sched_reserve:      CUDA0 compute buffer size =   40.00 MiB',
      ) ?? {}
    expect(devices).toEqual([
      device('CUDA0', { weightsBytes: 500 * MIB, kvBytes: 400 * MIB, computeBytes: 40 * MIB }),
    ])
  })

  test('a comma before a unit is the decimal sign of a locale', () => {
    expect(log('llama_kv_cache:      CUDA0 KV buffer size =   2160,50 MiB')?.devices).toEqual([
      device('CUDA0', { kvBytes: 2160.5 * MIB }),
    ])
  })

  test('device names may hold spaces, and control characters are made visible', () => {
    expect(log('x: AMD Radeon RX 7900 (RADV\u001b) KV buffer size = 8.00 MiB')?.devices[0]?.device).toBe(
      'AMD Radeon RX 7900 (RADV\ufffd)',
    )
  })

  test('the buffers of an image encoder are not the model’s', () => {
    expect(log('alloc_compute_meta:      CUDA0 compute buffer size =   300.00 MiB')).toBeUndefined()
  })

  test('without buffer lines the last breakdown table is read, whatever it calls unaccounted', () => {
    const table = (model: number, unaccounted: string) => [
      'common_memory_breakdown_print: | memory breakdown [MiB] | total   free    self   model   context   compute    unaccounted |',
      `common_memory_breakdown_print: |   - CUDA0 (RTX 3090)   | 24124 = 14905 + (8878 =  ${model} +     852 +     469) + ${unaccounted} |`,
      'common_memory_breakdown_print: |   - Host               |                  1258 =  1102 +       0 +     155                |',
    ]
    expect(log(...table(1, '17592186036877'), ...table(7557, '-20802'))?.devices).toEqual([
      device('CUDA0', { weightsBytes: 7557 * MIB, kvBytes: 852 * MIB, computeBytes: 469 * MIB }),
      device('Host', { onHost: true, weightsBytes: 1102 * MIB, computeBytes: 155 * MIB }),
    ])
  })

  test('Ollama before 0.30 says it in its own words; its estimates before a load are not sizes', () => {
    expect(
      log(
        'msg=offload memory.required.full="62.4 GiB" memory.required.kv="450.0 MiB"',
        'msg="model weights" device=CUDA0 size="4.0 GiB"',
        'msg="kv cache" device=CUDA0 size="512.0 MiB"',
        'msg="compute graph" device=CUDA0 size="256.0 MiB"',
      )?.devices,
    ).toEqual([device('CUDA0', { weightsBytes: gibibytes(4), kvBytes: 512 * MIB, computeBytes: 256 * MIB })])
    expect(log('msg=offload memory.required.full="62.4 GiB"')).toBeUndefined()
  })
})

describe('logs of vLLM', () => {
  test('the sum of the budget is read', () => {
    expect(
      log(
        'Initializing a V1 LLM engine (v0.22.1) with config: …',
        'Model loading took 15.18 GiB memory and 2.6 seconds',
        'Estimated CUDA graph memory: 0.79 GiB total',
        'Available KV cache memory: 4.1 GiB',
        'GPU KV cache size: 224,353 tokens',
        'Maximum concurrency for 32,768 tokens per request: 6.85x',
        'Graph capturing finished in 7 secs, took 0.71 GiB',
      ),
    ).toEqual({
      engine: 'vllm',
      devices: [],
      version: '0.22.1',
      weightsBytes: Math.round(gibibytes(15.18)),
      cudaGraphEstimatedBytes: Math.round(gibibytes(0.79)),
      kvBytes: Math.round(gibibytes(4.1)),
      kvTokens: 224_353,
      contextTokens: 32_768,
      maxConcurrency: 6.85,
      cudaGraphBytes: Math.round(gibibytes(0.71)),
    })
  })

  test('older versions say GB and count blocks', () => {
    expect(
      log(
        'Loading model weights took 5.5976 GB',
        'model weights take 5.60GiB; non_torch_memory takes 0.03GiB; PyTorch activation peak memory takes 0.74GiB; the rest of the memory reserved for KV Cache is 2.39GiB.',
        '# cuda blocks: 1224, # CPU blocks: 1024',
      ),
    ).toEqual({
      engine: 'vllm',
      devices: [],
      weightsBytes: Math.round(gibibytes(5.5976)),
      nonTorchBytes: Math.round(gibibytes(0.03)),
      activationBytes: Math.round(gibibytes(0.74)),
      kvBytes: Math.round(gibibytes(2.39)),
      kvTokens: 19_584,
    })
  })

  test('of several ranks the smallest pool counts, and a budget may be negative', () => {
    expect(log('Available KV cache memory: 8.69 GiB', 'Available KV cache memory: -2.14 GiB')?.kvBytes).toBe(
      Math.round(gibibytes(-2.14)),
    )
  })

  test('a second start in the same log forgets the first', () => {
    expect(
      log(
        'Initializing a V1 LLM engine (v0.20.0) with config',
        'Available KV cache memory: 1.0 GiB',
        'Initializing a V1 LLM engine (v0.21.0) with config',
        'Available KV cache memory: 2.0 GiB',
      ),
    ).toEqual({ engine: 'vllm', devices: [], version: '0.21.0', kvBytes: gibibytes(2) })
  })
})

describe('logs of SGLang', () => {
  test('the first rank that speaks of memory speaks for all', () => {
    expect(
      log(
        '[2025-03-08 12:29:13 TP2] Init torch distributed ends. mem usage=0.13 GB',
        '[2025-03-08 12:29:13 TP0] Load weight begin. avail mem=21.63 GB',
        '[2025-03-08 12:29:21 TP0] Load weight end. type=Q, dtype=torch.bfloat16, avail mem=6.09 GB, mem usage=15.5 GB.',
        '[2025-03-08 12:29:21 TP1] Load weight end. type=Q, dtype=torch.bfloat16, avail mem=6.09 GB, mem usage=15.5 GB.',
        '[2025-03-08 12:29:21 TP0] Mamba Cache is allocated. max_mamba_cache_size: 38, conv_state size: 0.25GB, ssm_state size: 2.75GB',
        '[2025-03-08 12:29:21 TP0] KV Cache is allocated. #tokens: 46611, K size: 1.5 GB, V size: 1.25 GB',
        '[2025-03-08 12:29:21 TP1] KV Cache is allocated. #tokens: 46611, K size: 1.5 GB, V size: 1.25 GB',
        '[2025-03-08 12:29:28 TP0] Capture cuda graph end. Time elapsed: 7.23 s. avail mem=0.53 GB. mem usage=0.5 GB.',
        '[2025-03-08 12:29:29 TP0] max_total_num_tokens=46611, chunked_prefill_size=2048, context_len=131072',
      ),
    ).toEqual({
      engine: 'sglang',
      devices: [],
      weightsBytes: gibibytes(15.5),
      stateBytes: gibibytes(3),
      kvBytes: gibibytes(2.75),
      cudaGraphBytes: gibibytes(0.5),
      kvTokens: 46_611,
      contextTokens: 131_072,
    })
  })

  test('MLA has one size for its pool', () => {
    expect(log('KV Cache is allocated. #tokens: 100, KV size: 160.5 GB')?.kvBytes).toBe(gibibytes(160.5))
  })
})

test('a text that is no start-up log is nothing', () => {
  expect([log(''), log('hello', 'buffer size = many MiB', '| - |')]).toEqual([undefined, undefined])
})

describe.skipIf(FOLDER === undefined)('logs of real starts (needs LLMTOP_CORPUS)', () => {
  const folder = FOLDER ?? ''

  test('every size that stands in a quoted line is read from it', () => {
    const differing = readTruth(folder).flatMap(({ id, engine, measured, logLines, sourceKind }) => {
      if (sourceKind !== 'raw-log' || !engine.includes('llama.cpp')) return []
      const devices = parseEngineLog(logLines.join('\n'))?.devices ?? []
      return PER_DEVICE.flatMap(([key, part]) =>
        Object.entries(measured[key] ?? {}).flatMap(([name, mib]) => {
          // one case cuts the name of its card at the last space
          const read = devices.find((each) => each.device.endsWith(name))?.[part]
          return read !== undefined && Math.abs(read / MIB - mib) < 0.011 ? [] : [`${id} ${key} ${name}`]
        }),
      )
    })
    expect(differing).toEqual([])
  })

  test.each(FOLDER === undefined ? [] : readdirSync(join(folder, 'truth', 'logs')))(
    '%s names its engine and holds weights or a cache',
    (file) => {
      const read = parseEngineLog(readFileSync(join(folder, 'truth', 'logs', file), 'utf8'))
      const engine = file.startsWith('vllm') ? 'vllm' : file.startsWith('sglang') ? 'sglang' : 'llama.cpp'
      const kv = (read?.kvBytes ?? 0) + (read?.devices ?? []).reduce((sum, { kvBytes }) => sum + kvBytes, 0)
      expect([read?.engine, kv > 0]).toEqual([engine, true])
    },
  )
})

const PER_DEVICE = [
  ['weightsMiBPerDevice', 'weightsBytes'],
  ['kvMiBPerDevice', 'kvBytes'],
  ['computeMiBPerDevice', 'computeBytes'],
  ['recurrentMiBPerDevice', 'stateBytes'],
] as const
