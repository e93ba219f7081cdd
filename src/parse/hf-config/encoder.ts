import type { JsonObject } from '../../core/decode.ts'
import { asNumber, asObject } from '../../core/decode.ts'

/**
 * The weights of a vision encoder, by its own config: four attention matrices and a feed-forward network per layer. A
 * multimodal model whose encoder does not state its shape leaves a doubt.
 */
export function encoderParameters(config: JsonObject): {
  readonly parameters: number | undefined
  readonly doubts: readonly string[]
} {
  const vision = asObject(config['vision_config'])
  if (vision === undefined) return { parameters: undefined, doubts: [] }
  const layers = asNumber(vision['num_hidden_layers']) ?? asNumber(vision['depth'])
  const width = asNumber(vision['embed_dim']) ?? asNumber(vision['hidden_size'])
  if (layers === undefined || width === undefined) {
    return {
      parameters: undefined,
      doubts: ["the size of its vision encoder is not stated in 'vision_config'"],
    }
  }
  const feedForward = asNumber(vision['intermediate_size']) ?? 4 * width
  return { parameters: Math.round(layers * (4 * width * width + 2 * width * feedForward)), doubts: [] }
}
