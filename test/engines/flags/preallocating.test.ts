import { describe, expect, test } from 'vitest'
import { webuiFlags, webuiFolder } from '../../../src/engines/flags/text-generation-webui.ts'
import { exllamaFlags, exllamaFolder } from '../../../src/engines/flags/exllama.ts'
import { stepCommand } from '../../../src/engines/flags/step-command.ts'
import type { EngineId } from '../../../src/model/workload.ts'
import type { EngineSettings } from '../../../src/estimate/settings.ts'
import { flagsIn, said, type Said } from '../../support/said-flags.ts'

describe('KoboldCpp', () => {
  test.each<[string, Said]>([
    [
      'python3 koboldcpp.py --model /m/Llama-3.1-8B-Q4_K_M.gguf --usecublas normal 0 mmq --gpulayers 33 --contextsize 16384 --flashattention --quantkv 1 --port 5001',
      {
        model: 'file /m/Llama-3.1-8B-Q4_K_M.gguf',
        splitMode: 'none',
        mainGpu: 0,
        gpuLayers: 33,
        contextTokens: 16_384,
        flashAttention: true,
        kvTypeK: 'q8_0',
        kvTypeV: 'q8_0',
      },
    ],
    [
      './koboldcpp-linux-x64 --usecuda all --gpulayers -1 --tensor_split 7 3 --blasbatchsize 1024 --lowvram --multiuser 4 /m/a.gguf 5001',
      {
        model: 'file /m/a.gguf',
        tensorSplit: [7, 3],
        batchTokens: 1024,
        ubatchTokens: 1024,
        kvOnGpu: false,
      },
    ],
    // the names that it shares with llama.cpp
    [
      'koboldcpp-linux-x64 -m a.gguf -c 8192 -ngl 99 -b 256 -sm row -nkvo -ncmoe 12 --parallelrequests 4',
      {
        model: 'file a.gguf',
        contextTokens: 8192,
        gpuLayers: 99,
        batchTokens: 256,
        ubatchTokens: 256,
        splitMode: 'row',
        kvOnGpu: false,
        cpuMoeLayers: 12,
        parallel: 4,
      },
    ],
    [
      'koboldcpp --usecublas lowvram rowsplit --model a.gguf',
      { model: 'file a.gguf', kvOnGpu: false, splitMode: 'row' },
    ],
    // without a number: one layer, all experts
    [
      'koboldcpp --gpulayers --moecpu --model a.gguf',
      { model: 'file a.gguf', gpuLayers: 1, cpuMoeLayers: 'all' },
    ],
    // values can't be quantised without flash attention
    [
      'koboldcpp --model a.gguf --quantkv q4_0 --noflashattention',
      { model: 'file a.gguf', flashAttention: false, kvTypeK: 'q4_0', kvTypeV: 'f16' },
    ],
    [
      'koboldcpp --model a.gguf --usecpu --noswa --usemtp --draftamount 4',
      { model: 'file a.gguf', gpuLayers: 0, swaFull: true, specMethod: 'mtp', specTokens: 4 },
    ],
  ])('%s', (command, expected) => {
    expect(said(command)).toEqual(expected)
  })

  test('says what it takes beside the model, and that a settings file is not read', () => {
    expect(flagsIn('koboldcpp --config my.kcpps --sdmodel sdxl.gguf --whispermodel w.bin')?.problems).toEqual(
      [
        "the settings in 'my.kcpps' are not read, and all else on the command line does not count",
        'the image model is not counted',
        'the speech model is not counted',
      ],
    )
  })
})

describe('TabbyAPI and ExLlama', () => {
  test.each<[string, Said]>([
    [
      'python3 /srv/tabbyAPI/main.py --model-name M-exl3-4bpw --max-seq-len 32768 --cache-size 65536 --cache-mode 8,6 --chunk-size 1024 --max-batch-size 8',
      {
        model: 'name M-exl3-4bpw',
        contextTokens: 32_768,
        maxTotalTokens: 65_536,
        kvTypeK: 'q8',
        kvTypeV: 'q6',
        maxNumBatchedTokens: 1024,
        maxNumSeqs: 8,
      },
    ],
    [
      'python3 /srv/tabbyAPI/main.py --model-name M --max-seq-len -1 --cache-mode Q4 --gpu-split 20 24 --tensor-parallel true',
      { model: 'name M', kvTypeK: 'q4', kvTypeV: 'q4', tensorSplit: [20, 24], cutOverGpus: true },
    ],
    [
      'TABBY_MODEL_MODEL_NAME=M TABBY_MODEL_CACHE_SIZE=16384 TABBY_MODEL_CACHE_MODE=FP16 python3 /srv/tabbyAPI/main.py --cache-size 8192',
      { model: 'name M', maxTotalTokens: 8192, kvTypeK: 'f16', kvTypeV: 'f16' },
    ],
    [
      'python3 /srv/tabbyAPI/start.py --model_name M --cpu-moe-offload-layers 20',
      { model: 'name M', cpuMoeLayers: 20 },
    ],
  ])('%s', (command, expected) => {
    expect(said(command)).toEqual(expected)
  })

  test("ExLlamaV3's own programs have short names for the same", () => {
    const { model, settings } = exllamaFlags('-m /m/M-exl3 -cs 16384 -cq 4 -gs 10,20 -tp -mcl 8'.split(' '))
    expect([model, settings]).toEqual([
      { kind: 'file', text: '/m/M-exl3' },
      {
        engine: 'exllama',
        maxTotalTokens: 16_384,
        kvTypeK: 'q4',
        kvTypeV: 'q4',
        tensorSplit: [10, 20],
        cutOverGpus: true,
        cpuMoeLayers: 8,
      },
    ])
  })

  test('a model lies below the folder of models, a path where it says', () => {
    const named = exllamaFlags(['--model-name', 'M'])
    expect([
      exllamaFolder(named, undefined),
      exllamaFolder(named, '/data'),
      exllamaFolder(exllamaFlags(['-m', '/m/M']), undefined),
      exllamaFolder(exllamaFlags([]), '/data'),
    ]).toEqual(['./models/M', '/data/M', '/m/M', undefined])
  })

  test('what stands in a file is named', () => {
    const found = flagsIn('python3 /srv/tabbyAPI/main.py --config other.yml --cache-mode 9,9')
    expect([found?.settingsFile, found?.problems]).toEqual([
      'other.yml',
      [
        "the settings in 'other.yml' are not read, and all else on the command line does not count",
        "'--cache-mode 9,9' can't be read",
      ],
    ])
  })
})

describe('text-generation-webui', () => {
  const webui = (line: string) => webuiFlags(line === '' ? [] : line.split(' '))

  test.each<[string, EngineSettings]>([
    [
      '--model M_exl3 --loader ExLlamav3 --ctx-size 32768 --cache-type q4_q6 --gpu-split 20,7',
      { engine: 'exllama', contextTokens: 32_768, kvTypeK: 'q4', kvTypeV: 'q6', tensorSplit: [20, 7] },
    ],
    // chosen by the name, with the context that it takes then
    ['--model M-exl3-4bpw --enable-tp', { engine: 'exllama', contextTokens: 8192, cutOverGpus: true }],
    ['--model org_M --max_seq_len 4096', { engine: 'transformers', contextTokens: 4096 }],
    [
      '--model M.Q4_K_M.gguf --n-gpu-layers 40 --n_ctx 4096 --cache-type q8_0 --no-kv-offload --tensor-split 60,40',
      {
        engine: 'llama.cpp',
        parallel: 1,
        gpuLayers: 40,
        contextTokens: 4096,
        kvTypeK: 'q8_0',
        kvTypeV: 'q8_0',
        kvOnGpu: false,
        tensorSplit: [60, 40],
      },
    ],
    [
      '--loader llama.cpp --model m --ctx-size 0 --gpu-layers -1 --batch-size 512 --ubatch-size 256 --cpu-moe',
      { engine: 'llama.cpp', parallel: 1, batchTokens: 512, ubatchTokens: 256, cpuMoeLayers: 'all' },
    ],
  ])('%s', (line, settings) => {
    expect(webui(line).settings).toEqual(settings)
  })

  test('Transformers makes the weights smaller while loading, and has one type of cache', () => {
    const { quantization, settings } = webui('--model org_M --load-in-4bit --cache-type q4')
    expect([quantization, settings]).toEqual([
      { name: 'nf4' },
      { engine: 'transformers', contextTokens: 8192, kvTypeK: 'bfloat16', kvTypeV: 'bfloat16' },
    ])
  })

  test('lists end at the next flag', () => {
    expect(webui('--extensions a b --lora c d --model M --nowebui').model?.text).toBe('M')
  })

  test('a model lies below its own folder', () => {
    expect([
      webuiFolder(webui('--model M'), undefined),
      webuiFolder(webui('--model M'), '/data'),
      webuiFolder(webui('--model /m/M'), '/data'),
    ]).toEqual(['./user_data/models/M', '/data/M', '/m/M'])
  })
})

describe('TensorRT-LLM', () => {
  test.each<[string, Said]>([
    [
      'trtllm-serve serve org/M --tp_size 2 --pp_size=2 --max_batch_size 64 --max_num_tokens 4096 --max_seq_len 32768 --kv_cache_free_gpu_memory_fraction 0.8 --kv_cache_dtype fp8 --trust_remote_code',
      {
        model: 'name org/M',
        tensorParallel: 2,
        pipelineParallel: 2,
        maxNumSeqs: 64,
        maxNumBatchedTokens: 4096,
        contextTokens: 32_768,
        freeMemoryFraction: 0.8,
        kvTypeK: 'fp8',
        kvTypeV: 'fp8',
      },
    ],
    [
      'trtllm-serve org/M --tensor_parallel_size 4 --free_gpu_memory_fraction 0.85 --kv_cache_dtype auto',
      { model: 'name org/M', tensorParallel: 4, freeMemoryFraction: 0.85 },
    ],
    [
      'DYN_TRTLLM_MAX_SEQ_LEN=8192 DYN_TRTLLM_FREE_GPU_MEMORY_FRACTION=0.7 python3 -m dynamo.trtllm --model-path org/M --tensor-parallel-size 2 --free-gpu-memory-fraction 0.6',
      { model: 'name org/M', contextTokens: 8192, freeMemoryFraction: 0.6, tensorParallel: 2 },
    ],
  ])('%s', (command, expected) => {
    expect(said(command)).toEqual(expected)
  })

  test('a file of settings is named', () => {
    expect(flagsIn('trtllm-serve org/M --extra_llm_api_options extra.yml')).toMatchObject({
      settingsFile: 'extra.yml',
      problems: ["the settings in 'extra.yml' are not read; they win over the command line"],
    })
  })
})

test.each<[string, Said]>([
  [
    'lmdeploy serve api_server org/M --tp 2 --session-len 16384 --cache-max-entry-count 0.5 --quant-policy 8 --max-prefill-token-num 4096',
    {
      model: 'name org/M',
      tensorParallel: 2,
      contextTokens: 16_384,
      freeMemoryFraction: 0.5,
      kvTypeK: 'int8',
      kvTypeV: 'int8',
      maxNumBatchedTokens: 4096,
    },
  ],
  [
    'lms load qwen/qwen3-8b -c 16384 --gpu max --parallel 2 --ttl 600 -y',
    { model: 'name qwen/qwen3-8b', contextTokens: 16_384, parallel: 2 },
  ],
  ['lms load --gpu off qwen/qwen3-8b', { model: 'name qwen/qwen3-8b', gpuLayers: 0 }],
  ['lms server start --port 1234', {}],
])('%s', (command, expected) => {
  expect(said(command)).toEqual(expected)
})

test('a share of layers is not computed before the model is known', () => {
  expect(flagsIn('lms load m --gpu 0.5')?.problems).toEqual([
    "how many layers '--gpu 0.5' puts on the GPU is not computed",
  ])
})

test.each<[EngineId, string, Partial<EngineSettings>, string]>([
  [
    'koboldcpp',
    'koboldcpp --model a.gguf --contextsize 16384',
    { contextTokens: 8192 },
    'koboldcpp --model a.gguf --contextsize 8192',
  ],
  [
    'koboldcpp',
    'koboldcpp -m a.gguf --noflashattention',
    { kvTypeK: 'q8_0', kvTypeV: 'q8_0', flashAttention: true },
    'koboldcpp -m a.gguf --quantkv q8_0',
  ],
  [
    'exllama',
    'python3 main.py --cache-mode FP16',
    { kvTypeK: 'q8', kvTypeV: 'q8' },
    'python3 main.py --cache-mode 8,8',
  ],
  ['exllama', 'python3 main.py', { maxTotalTokens: 4096 }, 'python3 main.py --cache-size 4096'],
  [
    'tensorrt-llm',
    'trtllm-serve M --kv_cache_free_gpu_memory_fraction 0.8 --max-num-tokens 8192',
    { freeMemoryFraction: 0.95, maxNumBatchedTokens: 2048 },
    'trtllm-serve M --kv_cache_free_gpu_memory_fraction 0.95 --max-num-tokens 2048',
  ],
  [
    'lmdeploy',
    'lmdeploy serve api_server M',
    { kvTypeK: 'int8', kvTypeV: 'int8' },
    'lmdeploy serve api_server M --quant-policy 8',
  ],
  [
    'text-generation-webui',
    'python3 server.py --n_ctx 8192',
    { contextTokens: 4096 },
    'python3 server.py --n_ctx 4096',
  ],
  ['lmstudio', 'lms load m -c 8192', { contextTokens: 4096 }, 'lms load m -c 4096'],
])('advice for %s is its own command: %s', (engine, command, settings, expected) => {
  expect(stepCommand(command.split(' '), engine, { settings }, undefined).command).toBe(expected)
})
