import type { EngineFlags } from './engine-flags.ts'
import type { FlagTable } from './read-flags.ts'
import { readFlags } from './read-flags.ts'
import { parseCount, setting } from './rule.ts'

/**
 * The flags of `trtllm-serve [serve] MODEL`, and of `trtllm-bench --model MODEL` and its like, where a subcommand stands alone.
 * Source: TensorRT-LLM's tensorrt_llm/commands/serve.py and bench.py.
 */
export function tensorrtLlmFlags(args: readonly string[], program = 'trtllm-serve'): EngineFlags {
  if (program !== 'trtllm-serve') return readFlags(FLAGS, args)
  const [subcommand = ''] = args
  if (subcommand.startsWith('disaggregated')) return readFlags(FLAGS, args)
  return readFlags(SERVE, WITH_MODEL.has(subcommand) ? args.slice(1) : args)
}

const WITH_MODEL: ReadonlySet<string> = new Set(['serve', 'mm_embedding_serve'])

const FLAGS: FlagTable = {
  engine: 'tensorrt-llm',
  rules: [
    { names: ['--model'], takes: 'value', read: (text) => ({ model: { kind: 'name', text } }) },
    setting('contextTokens', ['--max-seq-len'], parseCount),
    setting('maxNumSeqs', ['--max-batch-size'], parseCount),
    setting('maxNumBatchedTokens', ['--max-num-tokens'], parseCount),
    setting('tensorParallel', ['--tp-size'], parseCount),
    setting('pipelineParallel', ['--pp-size'], parseCount),
  ],
  switches: ['--trust-remote-code', '--fail-fast-on-attention-window-too-large'],
}

const SERVE: FlagTable = { ...FLAGS, positional: (text) => ({ model: { kind: 'name', text } }) }
