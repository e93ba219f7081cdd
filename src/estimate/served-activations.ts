import type { ModelArchitecture } from '../model/architecture.ts'
import { known, missing, type Reading } from '../core/reading.ts'
import { largest } from './layers.ts'

/**
 * Peak of one dummy batch in a torch engine, on one rank: the feed-forward network of all batched tokens, or the sampler's
 * work on the logits of all sequences, whichever is more.
 *
 * Calibrated on vLLM 0.17–0.19 (docs/estimator.md): Llama 3.1 8B and Qwen3 14B have the same bytes per vocabulary entry;
 * stages without sampler have 2 · (3·FF + 6.3·E) bytes per token. Older versions differ by factors.
 */
export function servedActivations(
  architecture: ModelArchitecture,
  batch: {
    readonly tokens: number
    readonly sequences: number
    readonly samplerBytes: number
    readonly tensorParallel: number
    readonly dtypeBytes: number
  },
): Reading<number> {
  const { hiddenSize, vocabSize } = architecture
  if (hiddenSize === undefined) return missing('not-reported', 'the hidden size of the model is not stated')
  const width = feedForwardWidth(architecture) / batch.tensorParallel
  const forward = batch.tokens * batch.dtypeBytes * (width + 6.3 * hiddenSize)
  const sampler = batch.sequences * (vocabSize ?? 0) * batch.samplerBytes
  return known(Math.round(Math.max(forward, sampler)), 'derived')
}

function feedForwardWidth({ moe, feedForwardSize, hiddenSize = 0 }: ModelArchitecture): number {
  if (moe === undefined) return 3 * largest(feedForwardSize ?? 0)
  return moe.expertsUsed * (hiddenSize + 3 * moe.expertFeedForwardSize)
}
