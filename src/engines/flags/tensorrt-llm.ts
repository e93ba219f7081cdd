import type { EngineFlags } from './engine-flags.ts'
import type { FlagTable } from './flag-table.ts'
import type { Environment } from './read-flags.ts'
import { readFlags } from './read-flags.ts'
import { parseCount, parseFraction, setting, settingsFile } from './rule.ts'
import { cacheType } from './vllm.ts'

/**
 * The flags of `trtllm-serve [serve] MODEL`, of `trtllm-bench --model MODEL` and its like, where a subcommand stands alone, and of
 * Dynamo's worker, each of whose flags has a variable. Sources: TensorRT-LLM's tensorrt_llm/commands/serve.py and bench.py;
 * Dynamo's components/src/dynamo/trtllm/backend_args.py.
 */
export function tensorrtLlmFlags(
  args: readonly string[],
  program = 'trtllm-serve',
  environment: Environment = {},
): EngineFlags {
  if (program !== 'trtllm-serve') return readFlags(FLAGS, args, environment)
  const [subcommand = ''] = args
  if (subcommand.startsWith('disaggregated')) return readFlags(FLAGS, args)
  return readFlags(TENSORRT_LLM_TABLE, WITH_MODEL.has(subcommand) ? args.slice(1) : args)
}

const WITH_MODEL: ReadonlySet<string> = new Set(['serve', 'mm_embedding_serve', 'grpc'])

const FLAGS: FlagTable = {
  engine: 'tensorrt-llm',
  rules: [
    {
      names: ['--model', '--model-path'],
      variable: 'DYN_TRTLLM_MODEL',
      takes: 'value',
      read: (text) => ({ model: { kind: 'name', text } }),
    },
    setting('contextTokens', ['--max-seq-len'], parseCount, 'DYN_TRTLLM_MAX_SEQ_LEN'),
    setting('maxNumSeqs', ['--max-batch-size'], parseCount, 'DYN_TRTLLM_MAX_BATCH_SIZE'),
    setting('maxNumBatchedTokens', ['--max-num-tokens'], parseCount, 'DYN_TRTLLM_MAX_NUM_TOKENS'),
    setting(
      'freeMemoryFraction',
      [
        '--free-gpu-memory-fraction',
        '--kv-cache-free-gpu-memory-fraction',
        '--kv-cache-free-gpu-mem-fraction',
      ],
      parseFraction,
      'DYN_TRTLLM_FREE_GPU_MEMORY_FRACTION',
    ),
    cacheType(['--kv-cache-dtype']),
    setting(
      'tensorParallel',
      ['--tp-size', '--tensor-parallel-size', '--tp'],
      parseCount,
      'DYN_TRTLLM_TENSOR_PARALLEL_SIZE',
    ),
    setting(
      'pipelineParallel',
      ['--pp-size', '--pipeline-parallel-size', '--pp'],
      parseCount,
      'DYN_TRTLLM_PIPELINE_PARALLEL_SIZE',
    ),
    setting('blockTokens', ['--kv-block-size'], parseCount, 'DYN_TRTLLM_KV_BLOCK_SIZE'),
    settingsFile(
      ['--config', '--extra-llm-api-options', '--extra-engine-args', '--extra-encoder-options'],
      '; they win over the command line',
    ),
  ],
  switchesBegin: /^--(?:enable|no)-/,
  switches: '--trust-remote-code --fail-fast-on-attention-window-too-large --grpc'.split(' '),
}

export const TENSORRT_LLM_TABLE: FlagTable = {
  ...FLAGS,
  positional: (text) => ({ model: { kind: 'name', text } }),
}
