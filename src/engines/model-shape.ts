import type { ModelArchitecture } from '../model/architecture.ts'
import type { WeightsSource } from '../model/weights.ts'

/** What is known of a model's shape and weights, and from where. */
export interface ModelShape {
  readonly architecture: ModelArchitecture
  readonly weights: WeightsSource
  readonly fromCatalogue: boolean
  /** How the weights are stored, where its source says: `Q4_K_M`, `bf16`, `fp8`. */
  readonly quantization?: string
  /** The type of activations, and of the cache where nothing else is said. */
  readonly dtype?: string
}
