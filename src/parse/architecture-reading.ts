import type { Fault } from '../core/fault.ts'
import type { ModelArchitecture } from '../model/architecture.ts'

/**
 * The shape of a model as a file states it. `doubts` are sentences about what llmtop does not know of this family: the
 * numbers that follow are then a guess, and whoever judges with them must say so.
 */
export type ArchitectureReading =
  | { readonly kind: 'read'; readonly architecture: ModelArchitecture; readonly doubts: readonly string[] }
  | { readonly kind: 'fault'; readonly fault: Fault }
