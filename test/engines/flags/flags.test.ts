import { describe, expect, test } from 'vitest'
import { modelfileFlags } from '../../../src/engines/flags/ollama.ts'
import { flagsIn as flags, said, type Said } from '../../support/said-flags.ts'

const GIB = 1024 ** 3

describe('llama-server', () => {
  test.each<[string, Said]>([
    ['llama-server -m m.gguf', { model: 'file m.gguf' }],
    [
      '/app/llama-server --model m.gguf -c 32768 -ctk q8_0 -ctv q8_0 -ngl 99 -fa on -np 2 -b 1024 -ub 256',
      {
        model: 'file m.gguf',
        contextTokens: 32_768,
        kvTypeK: 'q8_0',
        kvTypeV: 'q8_0',
        gpuLayers: 99,
        flashAttention: true,
        parallel: 2,
        batchTokens: 1024,
        ubatchTokens: 256,
      },
    ],
    // -fa was a switch before it took a value
    ['llama-server -fa -m m.gguf', { model: 'file m.gguf', flashAttention: true }],
    [
      'llama-server -fa auto -c 0 -np -1 -ngl auto -hf user/model:Q4_K_M',
      { model: 'name user/model:Q4_K_M' },
    ],
    ['llama-server --n_gpu_layers all --ctx_size 4096', { contextTokens: 4096 }],
    [
      'llama-server -nkvo -kvu --swa-full -sm row -ts 3,1 -mg 1 -ncmoe 20 -cram -1 -ctxcp 8',
      {
        kvOnGpu: false,
        kvUnified: true,
        swaFull: true,
        splitMode: 'row',
        tensorSplit: [3, 1],
        mainGpu: 1,
        cpuMoeLayers: 20,
        cacheRamBytes: -1,
        contextCheckpoints: 8,
      },
    ],
    ['llama-server -cmoe -cram 1024', { cpuMoeLayers: 'all', cacheRamBytes: GIB }],
    [String.raw`llama-server -ot '\.ffn_.*_exps\.=CPU'`, { cpuMoeLayers: 'all' }],
    ['llama-server --spec-type draft-mtp --spec-draft-n-max 3', { specMethod: 'mtp', specTokens: 3 }],
    [
      'llama-server --kv-unified-per-slot 8192 -np 3',
      { parallel: 3, kvUnified: true, contextTokens: 24_576 },
    ],
    [
      'LLAMA_ARG_CTX_SIZE=8192 LLAMA_ARG_N_PARALLEL=2 llama-server -c 4096',
      { contextTokens: 4096, parallel: 2 },
    ],
    ['env LLAMA_ARG_MODEL=/m.gguf llama-server --jinja', { model: 'file /m.gguf' }],
    ['llama serve -m m.gguf', { model: 'file m.gguf' }],
    ['llama-cli -m m.gguf -p hello', { model: 'file m.gguf', parallel: 1 }],
    ['numactl -N 0 llama-server -m m.gguf -c 512', { model: 'file m.gguf', contextTokens: 512 }],
    ['python -m llama_cpp.server --model m.gguf --n_ctx 2048', { model: 'file m.gguf', contextTokens: 2048 }],
    [
      'docker run --rm -it --gpus all -v /models:/models -e LLAMA_ARG_CTX_SIZE=2048 ghcr.io/ggml-org/llama.cpp:server-cuda -m /models/m.gguf',
      { model: 'file /models/m.gguf', contextTokens: 2048 },
    ],
  ])('%s', (command, expected) => {
    expect(said(command)).toEqual(expected)
  })

  test('says which flags it could not read, and which it does not compute', () => {
    expect(flags("llama-server -c many --split-mode diagonal -ot 'blk.1.ffn=CUDA1' -ngl")?.problems).toEqual([
      "'-c many' can't be read",
      "'--split-mode diagonal' can't be read",
      "what '-ot blk.1.ffn=CUDA1' moves is not computed",
      "'-ngl' can't be read",
    ])
  })

  test('keeps the files of a projector and a draft model, and where each setting came from', () => {
    const found = flags(
      'LLAMA_ARG_CTX_SIZE=512 llama-server -m m.gguf --mmproj p.gguf -md d.gguf --no-mmproj-offload',
    )
    expect([found?.files, found?.origins]).toEqual([
      { mmproj: 'p.gguf', draft: 'd.gguf' },
      {
        contextTokens: 'environment',
        model: 'argv',
        mmproj: 'argv',
        draft: 'argv',
        specMethod: 'argv',
        mmprojOnGpu: 'argv',
      },
    ])
  })
})

describe('vLLM', () => {
  test.each<[string, Said]>([
    ['vllm serve Qwen/Qwen3-8B', { model: 'name Qwen/Qwen3-8B' }],
    ['vllm serve --model other Qwen/Qwen3-8B --trust-remote-code', { model: 'name Qwen/Qwen3-8B' }],
    [
      'vllm serve m --max-model-len 16384 --max-num-seqs=64 --max_num_batched_tokens 8K --gpu-memory-utilization .95',
      {
        model: 'name m',
        contextTokens: 16_384,
        maxNumSeqs: 64,
        maxNumBatchedTokens: 8192,
        gpuMemoryUtilization: 0.95,
      },
    ],
    ['vllm serve m --max-model-len auto --dtype auto --kv-cache-dtype auto', { model: 'name m' }],
    [
      'vllm serve m --max-model-len 16k --dtype half',
      { model: 'name m', contextTokens: 16_000, dtype: 'float16' },
    ],
    [
      'vllm serve m -tp 4 -pp 2 -dp 2 -dcp=2 -ep --enforce-eager --kv-cache-dtype fp8 --no-enable-prefix-caching',
      {
        model: 'name m',
        tensorParallel: 4,
        pipelineParallel: 2,
        dataParallel: 2,
        decodeContextParallel: 2,
        expertParallel: true,
        eager: true,
        kvTypeK: 'fp8',
        kvTypeV: 'fp8',
        prefixCaching: false,
      },
    ],
    ['vllm serve m -q awq_marlin', { model: 'name m', quantization: 'awq' }],
    ['vllm serve m --quantization bitsandbytes', { model: 'name m', quantization: 'nf4' }],
    ['vllm serve m --quantization compressed-tensors', { model: 'name m' }],
    [
      'vllm serve m --kv-cache-memory-bytes 8G --cpu-offload-gb 4 --disable-hybrid-kv-cache-manager --block-size 32 --num-gpu-blocks-override 4096',
      {
        model: 'name m',
        kvCacheBytes: 8 * GIB,
        cpuOffloadBytes: 4 * GIB,
        hybridKvManager: false,
        blockTokens: 32,
        gpuBlocks: 4096,
      },
    ],
    [
      `vllm serve m --speculative-config '{"method":"qwen3_next_mtp","num_speculative_tokens":2}'`,
      { model: 'name m', specMethod: 'mtp', specTokens: 2 },
    ],
    [
      'vllm serve m --speculative-config.method eagle3 --speculative-config.num_speculative_tokens 3',
      { model: 'name m', specMethod: 'eagle', specTokens: 3 },
    ],
    ['python3 -m vllm.entrypoints.openai.api_server --model m --port 8001', { model: 'name m' }],
    [
      'docker run --runtime nvidia --gpus all -p 8000:8000 --ipc=host vllm/vllm-openai:latest --model m --max-model-len 4096',
      { model: 'name m', contextTokens: 4096 },
    ],
  ])('%s', (command, expected) => {
    expect(said(command)).toEqual(expected)
  })

  test('does not pretend to have read a file of flags', () => {
    expect(flags('vllm serve --config serve.yaml --gpu-memory-utilization 95')?.problems).toEqual([
      "the settings in 'serve.yaml' are not read; give them on the command line",
      "'--gpu-memory-utilization 95' can't be read",
    ])
  })
})

describe('SGLang, TGI and Ollama', () => {
  test.each<[string, Said]>([
    [
      'python3 -m sglang.launch_server --model-path Qwen/QwQ-32B --tp 8 --context-length 131072 --mem-fraction-static 0.9 --kv-cache-dtype fp8_e5m2',
      {
        model: 'name Qwen/QwQ-32B',
        tensorParallel: 8,
        contextTokens: 131_072,
        memFractionStatic: 0.9,
        kvTypeK: 'fp8_e5m2',
        kvTypeV: 'fp8_e5m2',
      },
    ],
    [
      'sglang serve --model m --tp-size 2 --dp-size 2 --speculative-algorithm EAGLE',
      { model: 'name m', tensorParallel: 2, dataParallel: 2, specMethod: 'eagle' },
    ],
    [
      'text-generation-launcher --model-id m --num-shard 2 --max-total-tokens 8192 --quantize bitsandbytes',
      { model: 'name m', tensorParallel: 2, contextTokens: 8192, quantization: 'int8' },
    ],
    [
      'docker run -e MODEL_ID=m -e MAX_TOTAL_TOKENS=4096 ghcr.io/huggingface/text-generation-inference:3.0 --quantize awq',
      { model: 'name m', contextTokens: 4096, quantization: 'awq' },
    ],
    ['ollama run llama3.1:8b why is the sky blue', { model: 'name llama3.1:8b' }],
    [
      'OLLAMA_CONTEXT_LENGTH=16384 OLLAMA_NUM_PARALLEL=2 OLLAMA_KV_CACHE_TYPE=q8_0 OLLAMA_FLASH_ATTENTION=1 ollama run qwen3',
      {
        model: 'name qwen3',
        contextTokens: 16_384,
        parallel: 2,
        kvTypeK: 'q8_0',
        kvTypeV: 'q8_0',
        flashAttention: true,
      },
    ],
    ['OLLAMA_CONTEXT_LENGTH=0 ollama serve', {}],
  ])('%s', (command, expected) => {
    expect(said(command)).toEqual(expected)
  })

  test("a Modelfile's parameters are settings, and its FROM is the model", () => {
    const found = modelfileFlags(
      '# mine\nFROM ./my-model.gguf\nPARAMETER num_ctx 4096\nPARAMETER num_gpu 20\nparameter num_batch 256\nPARAMETER stop "x"\nPARAMETER low_vram true\nSYSTEM """hello"""',
    )
    expect([found.model, found.settings, found.problems]).toEqual([
      { kind: 'file', text: './my-model.gguf' },
      {
        engine: 'ollama',
        contextTokens: 4096,
        gpuLayers: 20,
        batchTokens: 256,
        ubatchTokens: 256,
        kvOnGpu: false,
      },
      [],
    ])
  })
})

test.each([
  'vim model.gguf',
  'python train.py --model m',
  'grep llama-server log',
  '',
  'docker run my/image -m m.gguf',
  'docker ps',
])('%s is no engine', (command) => {
  expect(flags(command)).toBeUndefined()
})
