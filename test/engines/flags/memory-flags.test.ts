import { describe, expect, test } from 'vitest'
import { flagsIn, said, type Said } from '../../support/said-flags.ts'

const GIB = 1024 ** 3

describe('flags that decide memory', () => {
  test.each<[string, Said]>([
    // adapters have slots only where they are switched on
    [
      'vllm serve m --enable-lora --max-loras 4 --max-lora-rank 32 --lora-modules a=x b=y',
      { model: 'name m', lora: true, maxLoras: 4, loraRank: 32 },
    ],
    [
      'sglang serve --model m --lora-paths a b --max-loras-per-batch 2 --max-lora-rank 64',
      { model: 'name m', lora: true, maxLoras: 2, loraRank: 64 },
    ],
    // graphs
    ['vllm serve -O0 m', { model: 'name m', eager: true }],
    ['vllm serve m --optimization-level 0', { model: 'name m', eager: true }],
    ['vllm serve m -O 2', { model: 'name m' }],
    [`vllm serve m -cc '{"cudagraph_mode":"NONE"}'`, { model: 'name m', eager: true }],
    [
      'vllm serve m --compilation-config.cudagraph_mode=none -cc.cudagraph_mode FULL',
      { model: 'name m', eager: true },
    ],
    [
      'sglang serve --model m --cuda-graph-bs 1 2 64 --disable-decode-cuda-graph',
      { model: 'name m', cudaGraphMaxBatch: 64, eager: true },
    ],
    [
      `sglang serve --model m --cuda-graph-max-bs-decode 16 --cuda-graph-config '{"decode":{"backend":"disabled","max_bs":32}}'`,
      { model: 'name m', cudaGraphMaxBatch: 32, eager: true },
    ],
    ['text-generation-launcher --model-id m --cuda-graphs 0', { model: 'name m', eager: true }],
    // speculation
    ['vllm serve m --speculative-model d', { model: 'name m', specMethod: 'draft-model' }],
    ['vllm serve m --speculative-model [ngram]', { model: 'name m' }],
    ['sglang serve --model m --speculative-algorithm NGRAM', { model: 'name m' }],
    ['sglang serve --model m --speculative-algorithm DFLASH', { model: 'name m', specMethod: 'eagle' }],
    ['llama-server -m m -hfd user/draft:Q8_0', { model: 'file m', specMethod: 'draft-model' }],
    ['llama-server -m m --spec-type ngram-mod,draft-eagle3', { model: 'file m', specMethod: 'eagle' }],
    ['llama-server -m m --spec-type ngram-simple', { model: 'file m' }],
    // caches on the host; SGLang counts in billions of bytes, and its cache is off unless it is switched on
    [
      'sglang serve --model m --enable-hierarchical-cache --hicache-size 30',
      { model: 'name m', kvOffloadBytes: 30e9 },
    ],
    ['sglang serve --model m --enable-hierarchical-cache', { model: 'name m', kvOffloadRatio: 2 }],
    [
      'sglang serve --model m --enable-hierarchical-cache --hicache-ratio 1.5 --hicache-size 0',
      { model: 'name m', kvOffloadRatio: 1.5 },
    ],
    ['sglang serve --model m --hicache-size 30 --hicache-ratio 3', { model: 'name m' }],
    ['vllm serve m --disable-mm-preprocessor-cache', { model: 'name m', multimodalCacheBytes: 0 }],
    ['vllm serve m --kv-offloading-size 16', { model: 'name m', kvOffloadBytes: 16 * GIB }],
    // batches and pools
    ['sglang serve --model m --chunked-prefill-size -1', { model: 'name m', chunkedPrefillTokens: 16_384 }],
    [
      'sglang serve --model m --chunked-prefill-size=-1 --max-prefill-tokens 32K',
      { model: 'name m', maxNumBatchedTokens: 32_768, chunkedPrefillTokens: 32_768 },
    ],
    [
      'sglang serve --model m --context-length 64k --max-total-tokens 1M --disable-hybrid-swa-memory',
      { model: 'name m', contextTokens: 64_000, maxTotalTokens: 1_048_576, swaFullTokensRatio: 1 },
    ],
    [
      'TGI_WIGGLE_ROOM=0.8 text-generation-launcher --model-id m --num-shard 2 --sharded false',
      { model: 'name m', freeMemoryFraction: 0.8, tensorParallel: 1 },
    ],
    [
      'llama-server -m m -c 8192 --kv-unified-per-slot=4096 -np 4',
      { model: 'file m', contextTokens: 8192, parallel: 4, kvUnified: true },
    ],
    // where things lie
    ['llama-server -m m -dev none', { model: 'file m', gpuLayers: 0 }],
    ['llama-server -m m -mmdev none', { model: 'file m', mmprojOnGpu: false }],
    ['LLAMA_ARG_N_CPU_FFN=4 llama-server -m m -fit off', { model: 'file m', cpuFfnLayers: 4, ownFit: false }],
    // other names of a model
    ['llama-server -dr gemma3 -c 512', { model: 'name gemma3', contextTokens: 512 }],
    [
      'llama-server -mu https://host/m.gguf -c 512',
      { model: 'name https://host/m.gguf', contextTokens: 512 },
    ],
  ])('%s', (command, expected) => {
    expect(said(command)).toEqual(expected)
  })
})

describe('switches, which are followed by no value', () => {
  test.each([
    'vllm serve --guided-decoding-disable-fallback m',
    'vllm serve --eplb-log-balancedness m',
    'vllm serve --enable-lora m',
    // a parser of 0.6 took a word of truth behind a switch
    'python -m vllm.entrypoints.openai.api_server --model m --enable-chunked-prefill False',
  ])('%s', (command) => {
    expect(flagsIn(command)?.model?.text).toBe('m')
  })
})

describe('what is not computed is said, and what changes nothing is not', () => {
  test.each<[string, readonly string[]]>([
    [
      'vllm serve m --swap-space 16 --offload-group-size 8 --offload-params gate_up_proj down_proj --max-cpu-loras 8',
      [
        'the swap space that --swap-space takes on the host is not counted',
        'the layers that --offload-group-size moves to the host are not computed',
        'the adapters that --max-cpu-loras keeps on the host are not counted',
      ],
    ],
    [
      `vllm serve m -pcp 2 --num-redundant-experts 32 --kv-transfer-config '{"kv_connector":"LMCacheConnectorV1"}' --language-model-only`,
      [
        'the GPUs of --prefill-context-parallel-size are not counted',
        'the copies of experts of --enable-eplb are not counted',
        'what the connector of --kv-transfer-config keeps on the host is not counted',
        'the encoder is counted, though --language-model-only leaves it out',
      ],
    ],
    [
      'vllm serve m -pcp 1 --swap-space 0 --mamba-cache-dtype auto --mm-encoder-tp-mode weights --offload-group-size 0',
      [],
    ],
    [
      'vllm serve m --kv-cache-dtype fp8 --kv-cache-dtype-skip-layers 0 1',
      ['the layers that --kv-cache-dtype-skip-layers leaves in full size are not computed'],
    ],
    [
      'sglang serve --model m --dp-size 2 --enable-dp-attention --kt-weight-path /w --enable-lmcache --mm-feature-transport cuda_ipc',
      [
        'attention, whole on every GPU by --enable-dp-attention, is divided',
        'the experts that KTransformers keeps on the host are not computed',
        'what LMCache keeps on the host is not counted',
        'the 1 GiB that --mm-feature-transport takes on the first GPU is not counted',
      ],
    ],
    ['sglang serve --model m --dcp-size 1 --mamba-ssm-dtype float32 --mm-feature-transport cpu', []],
    [
      'llama-server -m m --moe-cache-mib 2048 --lora a.gguf --rpc host:50052 -dev CUDA1 --mlock',
      [
        'the cache of experts of --moe-cache-mib is not counted',
        'the adapters of --lora are not counted',
        'what --rpc moves to other machines is not computed',
        "which GPUs '-dev CUDA1' means is not known",
        'the pages of the model that --mlock holds on the host are not counted',
      ],
    ],
    ['llama-server -m m --load-mode mmap -ngld 99 -ctkd q8_0', []],
    [
      'LLAMA_ARG_LOAD_MODE=mmap+mlock llama-server --gpt-oss-20b-default',
      [
        'the pages of the model that --load-mode holds on the host are not counted',
        'the model and the settings of a preset are not read',
      ],
    ],
    [
      'LORA_ADAPTERS=a,b ENABLE_PREFILL_LOGPROBS=false text-generation-launcher --model-id m --speculate 2',
      [
        'the adapters of --lora-adapters are not counted',
        'the heads and the room for tokens of --speculate are not counted',
      ],
    ],
  ])('%s', (command, problems) => {
    expect(flagsIn(command)?.problems).toEqual(problems)
  })

  test('with DP attention the replicas are those of tensor parallelism', () => {
    const { settings } = flagsIn('sglang serve --model m --tp 2 --dp 2 --enable-dp-attention') ?? {}
    expect(settings).toEqual({ engine: 'sglang', tensorParallel: 2, dataParallel: 1 })
  })
})
