import type { ModelArchitecture } from '../model/architecture.ts'
import type { WeightsSource } from '../model/weights.ts'

/** What is known of a model's shape and weights, and from where. */
export interface ModelShape {
  readonly architecture: ModelArchitecture
  readonly weights: WeightsSource
  readonly fromCatalogue: boolean
}
