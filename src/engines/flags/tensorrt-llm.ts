import type { EngineFlags } from './engine-flags.ts'
import type { FlagTable } from './read-flags.ts'
import { readFlags } from './read-flags.ts'
import { parseCount, setting } from './rule.ts'

/** The flags of `trtllm-serve [serve]`. Source: TensorRT-LLM's tensorrt_llm/commands/serve.py. */
export function tensorrtLlmFlags(args: readonly string[]): EngineFlags {
  return readFlags(TABLE, args[0] === 'serve' ? args.slice(1) : args)
}

const TABLE: FlagTable = {
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
  positional: (text) => ({ model: { kind: 'name', text } }),
}
