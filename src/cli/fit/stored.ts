import type { EngineFlags } from '../../engines/flags/engine-flags.ts'
import { isSixteenBit, loadedType } from '../../estimate/as-loaded.ts'
import { schemeOf } from '../../estimate/fit-quantization.ts'
import { isLlamaCpp } from '../../estimate/fit.ts'
import type { EngineSettings } from '../../estimate/settings.ts'
import type { ModelArchitecture } from '../../model/architecture.ts'
import type { WeightsSource } from '../../model/weights.ts'
import type { EngineId } from '../../model/workload.ts'
import type { FoundModel } from './model.ts'
import type { FitOptions } from './options.ts'

/** How the weights are stored. */
export interface Stored {
  readonly weights: WeightsSource
  readonly quantization: string | undefined
  readonly notes: readonly string[]
}

/** As the user says, as the engine makes them, as the file has them, or as is usual. */
export function storedAs(
  model: FoundModel,
  engine: EngineId,
  options: Pick<FitOptions, 'quant' | 'weightsBytes'>,
  flags: EngineFlags | undefined,
): Stored {
  const { architecture } = model
  if (options.quant !== undefined) return scheme(options.quant, architecture)
  if (options.weightsBytes !== undefined) return ofSize(options.weightsBytes, model.quantization)
  // a checkpoint that is quantised already is read as it is, whatever the flag calls that
  const made = isSixteenBit(model.quantization) ? flags?.quantization : undefined
  if (made !== undefined) return scheme(made.name, architecture)
  if (model.weights === undefined) return assumed(usualScheme(architecture.family, engine), architecture)
  if (shrinksOnLoading(model, engine)) return scheme('f16', architecture)
  if (model.weights.kind === 'quantization' && model.weights.groupSize === undefined) {
    return scheme(model.weights.name, architecture)
  }
  return { weights: model.weights, quantization: model.quantization, notes: [] }
}

function ofSize(bytes: number, quantization: string | undefined): Stored {
  const name = quantization === undefined ? {} : { quantization }
  return { weights: { kind: 'total-bytes', bytes, ...name }, quantization, notes: [] }
}

function assumed(usual: string, architecture: ModelArchitecture): Stored {
  const note = `weights as ${usual}, because nobody says how they are stored; say it with --quant`
  return { ...scheme(usual, architecture), notes: [note] }
}

function scheme(name: string, architecture: ModelArchitecture): Stored {
  const weights: WeightsSource = { kind: 'quantization', name: schemeOf(architecture, name) }
  return { weights, quantization: name, notes: [] }
}

/** vLLM and TGI load checkpoints of 32 bits in 16. */
function shrinksOnLoading({ format, quantization }: FoundModel, engine: EngineId): boolean {
  if (format !== 'hf' || quantization === undefined) return false
  return loadedType(quantization, engine) !== quantization
}

/** What the makers publish, or what most people load. */
function usualScheme(family: string, engine: EngineId): string {
  if (family === 'gpt_oss') return isLlamaCpp(engine) ? 'MXFP4_MOE' : 'mxfp4'
  if (isLlamaCpp(engine)) return 'Q4_K_M'
  return family === 'deepseek_v3' || family === 'kimi_k2' ? 'fp8-block' : 'bf16'
}

/** The type of activations, and of the cache by default. */
export function dtypeOf({ dtype }: FoundModel, engine: EngineId): Pick<EngineSettings, 'dtype'> {
  if (dtype === undefined) return {}
  return { dtype: loadedType(dtype, engine) }
}
