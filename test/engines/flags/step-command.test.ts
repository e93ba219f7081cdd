import { expect, test } from 'vitest'
import { stepCommand } from '../../../src/engines/flags/step-command.ts'
import { flagsFor } from '../../../src/engines/flags/write-flags.ts'
import { readEngineCommand } from '../../../src/engines/flags/command.ts'
import type { EngineSettings } from '../../../src/estimate/settings.ts'

const SERVER = 'llama-server -m Qwen3-32B-Q4_K_M.gguf -c 65536 -ngl 99'.split(' ')

test('a change is written into the own command, and alone for a table', () => {
  const settings = { contextTokens: 32_768, kvTypeK: 'q8_0', kvTypeV: 'q8_0', flashAttention: true }
  expect([
    stepCommand(SERVER, 'llama.cpp', { settings }, 'Q4_K_M'),
    stepCommand(SERVER, 'llama.cpp', { settings: { kvOnGpu: false } }, 'Q4_K_M'),
  ]).toEqual([
    {
      command: 'llama-server -m Qwen3-32B-Q4_K_M.gguf -c 32768 -ngl 99 -fa on -ctk q8_0 -ctv q8_0',
      flags: '-c 32768 -fa on -ctk q8_0 -ctv q8_0',
    },
    { command: 'llama-server -m Qwen3-32B-Q4_K_M.gguf -c 65536 -ngl 99 -nkvo', flags: '-nkvo' },
  ])
})

test('another mixture is another file of the same name, where the name says the mixture', () => {
  const weights = { name: 'Q3_K_M', source: { kind: 'quantization', name: 'Q3_K_M' } } as const
  const command = (...args: readonly string[]) =>
    stepCommand(['llama-server', ...args], 'llama.cpp', { weights }, 'Q4_K_M')
  expect([
    command('-m', 'Qwen3-32B-Q4_K_M.gguf').command,
    command('-m', 'Qwen3-32B-UD-Q4_K_M-00001-of-00002.gguf').command,
    command('-hf', 'user/model:q4_k_m').command,
    command('-m', 'model.gguf'),
  ]).toEqual([
    'llama-server -m Qwen3-32B-Q3_K_M.gguf',
    'llama-server -m Qwen3-32B-Q3_K_M-00001-of-00002.gguf',
    'llama-server -hf user/model:Q3_K_M',
    { command: undefined, flags: 'Q3_K_M' },
  ])
})

test('each engine has its own word for weights that are made while loading', () => {
  const weights = { name: 'nf4', source: { kind: 'quantization', name: 'nf4' } } as const
  expect([
    stepCommand(['vllm', 'serve', 'm'], 'vllm', { weights }, 'bf16').command,
    stepCommand(['text-generation-launcher', '--model-id', 'm'], 'tgi', { weights }, 'bf16').command,
  ]).toEqual([
    'vllm serve m --quantization bitsandbytes',
    'text-generation-launcher --model-id m --quantize bitsandbytes-nf4',
  ])
})

test("Ollama's settings are variables of its server, layers are set in a conversation, and a mixture is a tag", () => {
  const weights = { name: 'Q3_K_M', source: { kind: 'quantization', name: 'Q3_K_M' } } as const
  const cache = { kvTypeK: 'q8_0', kvTypeV: 'q8_0', flashAttention: true }
  const of = (patch: Parameters<typeof stepCommand>[2]) =>
    stepCommand(['ollama', 'run', 'm'], 'ollama', patch, 'Q4_K_M')
  expect([
    of({ settings: { contextTokens: 8192 } }),
    of({ settings: cache }),
    of({ settings: { gpuLayers: 20 } }),
    of({ weights }),
  ]).toEqual([
    { command: 'OLLAMA_CONTEXT_LENGTH=8192 ollama serve', flags: 'OLLAMA_CONTEXT_LENGTH=8192' },
    {
      command: 'OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=q8_0 ollama serve',
      flags: 'OLLAMA_FLASH_ATTENTION=1 OLLAMA_KV_CACHE_TYPE=q8_0',
    },
    { command: '/set parameter num_gpu 20', flags: '/set parameter num_gpu 20' },
    { command: undefined, flags: 'a tag with Q3_K_M' },
  ])
})

test('what is written is read again as the same settings', () => {
  const written: readonly (readonly [readonly string[], EngineSettings])[] = [
    [
      ['llama-server'],
      {
        engine: 'llama.cpp',
        contextTokens: 4096,
        parallel: 2,
        kvUnified: true,
        batchTokens: 1024,
        ubatchTokens: 256,
        flashAttention: false,
        kvTypeK: 'q8_0',
        kvTypeV: 'f16',
        kvOnGpu: false,
        swaFull: true,
        gpuLayers: 20,
        splitMode: 'row',
        tensorSplit: [3, 1],
        cpuMoeLayers: 12,
      },
    ],
    [
      ['vllm', 'serve'],
      {
        engine: 'vllm',
        contextTokens: 4096,
        maxNumSeqs: 64,
        maxNumBatchedTokens: 2048,
        gpuMemoryUtilization: 0.95,
        tensorParallel: 2,
        pipelineParallel: 2,
        dataParallel: 2,
        decodeContextParallel: 2,
        cpuOffloadBytes: 4 * 1024 ** 3,
      },
    ],
    [
      ['sglang', 'serve'],
      {
        engine: 'sglang',
        contextTokens: 4096,
        maxNumSeqs: 8,
        chunkedPrefillTokens: 2048,
        cudaGraphMaxBatch: 16,
        memFractionStatic: 0.8,
        tensorParallel: 2,
        pipelineParallel: 2,
        cpuOffloadBytes: 4 * 1024 ** 3,
      },
    ],
    [
      ['text-generation-launcher'],
      { engine: 'tgi', contextTokens: 4096, maxNumBatchedTokens: 2048, tensorParallel: 2 },
    ],
  ]
  const again = written.map(([start, settings]) => {
    const flags = flagsFor(settings.engine, settings).flatMap(({ names, value }) =>
      value === undefined ? [] : value === '' ? [names[0]] : [names[0], value],
    )
    return readEngineCommand([...start, ...flags])?.flags.settings
  })
  expect(again).toEqual(written.map(([, settings]) => settings))
})
