import type { Advice } from '../model/risk.ts'
import type { Workload } from '../model/workload.ts'

/** What to change against CUDA out of memory, best first; only steps that change something on this engine. */
export function adviseAgainstCudaOom(workload: Pick<Workload, 'engine' | 'kv'>): readonly Advice[] {
  if (workload.engine !== 'transformers') return []
  return [
    step('shorter generations: a lower max_new_tokens caps how far the KV cache can grow', false),
    step('a smaller batch: the KV cache grows with every sequence of it', false),
    // published quality figures: docs/risk.md
    step(
      'a quantized KV cache: generate(cache_implementation="quantized")',
      true,
      '4-bit KV degrades precise recall',
    ),
  ]
}

function step(action: string, restart: boolean, quality?: string): Advice {
  return { action, command: undefined, freesBytes: undefined, addsTokens: undefined, restart, quality }
}
