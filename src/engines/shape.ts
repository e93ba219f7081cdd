import { known, type Reading } from '../core/reading.ts'
import { asEngineReads } from '../estimate/as-loaded.ts'
import { resolveModel, type Resolution } from '../estimate/catalogue/resolve.ts'
import { isLlamaCpp } from '../estimate/fit.ts'
import { parameterCount } from '../estimate/parameters.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { ModelArchitecture } from '../model/architecture.ts'
import type { WorkloadModel } from '../model/workload.ts'
import type { EngineReport } from './engine.ts'
import type { StatedQuantization } from './flags/engine-flags.ts'
import type { ModelShape } from './model-shape.ts'

/** What the estimator is told beside the model: the settings, and how the engine was told to store the weights. */
export interface Told {
  readonly settings: EngineSettings
  readonly quantization?: StatedQuantization | undefined
}

/**
 * The report with the shape of its model: as its own files state it, else as the catalogue has it under its name. Without
 * either it stays as it is.
 */
export function withShape(report: EngineReport, told: Told, ofFiles: ModelShape | undefined): EngineReport {
  const shape = ofFiles ?? catalogueShape(report.model, told)
  if (shape === undefined) return report
  const { dtype } = shape
  const { engine } = told.settings
  return {
    ...report,
    model: modelOf(report.model, shape),
    known: {
      shape: { ...shape, architecture: asEngineReads(shape.architecture, engine) },
      settings: dtype === undefined ? told.settings : { dtype, ...told.settings },
    },
  }
}

/** The name is the one that its user gave; a file knows better than a name how the weights are stored. */
function modelOf(model: WorkloadModel, shape: ModelShape): WorkloadModel {
  const { fromCatalogue, quantization } = shape
  const basis = fromCatalogue ? 'declared' : 'measured'
  const stored: Reading<string> = quantization === undefined ? model.quantization : known(quantization, basis)
  const parameters = parametersOf(shape.architecture)
  return {
    ...model,
    source: known(fromCatalogue ? 'catalogue' : 'file', 'declared'),
    quantization: fromCatalogue && model.quantization.kind === 'known' ? model.quantization : stored,
    parameters:
      model.parameters.kind === 'known' || parameters === undefined
        ? model.parameters
        : known(parameters, 'derived'),
  }
}

const PARAMETERS = new WeakMap<ModelArchitecture, number | undefined>()

function parametersOf(architecture: ModelArchitecture): number | undefined {
  if (architecture.parameters !== undefined) return architecture.parameters
  if (!PARAMETERS.has(architecture)) PARAMETERS.set(architecture, parameterCount(architecture)?.total)
  return PARAMETERS.get(architecture)
}

/** Weights that nobody says anything about are as their maker publishes them; llama.cpp's files are never that. */
function catalogueShape(model: WorkloadModel, { settings, quantization }: Told): ModelShape | undefined {
  const found = model.name.kind === 'known' ? catalogued(model.name.value) : undefined
  if (found?.kind !== 'found') return undefined
  const { architecture } = found.row
  const said = quantization ?? named(found.quantization) ?? named(knownText(model.quantization))
  const published = isLlamaCpp(settings.engine) ? undefined : { name: asPublished(architecture.family) }
  const stored = said ?? published
  if (stored === undefined) return undefined
  const weights = { kind: 'quantization', ...stored } as const
  return { architecture, weights, fromCatalogue: true, quantization: stored.name }
}

function named(name: string | undefined): StatedQuantization | undefined {
  return name === undefined ? undefined : { name }
}

function knownText(reading: Reading<string>): string | undefined {
  return reading.kind === 'known' ? reading.value : undefined
}

function asPublished(family: string): string {
  if (family === 'gpt_oss') return 'mxfp4'
  return family === 'deepseek_v3' || family === 'kimi_k2' ? 'fp8-block' : 'bf16'
}

// the same name is asked at every tick, and one that the catalogue lacks is compared with all of it
const FOUND = new Map<string, Resolution>()
const MOST_NAMES = 64

function catalogued(name: string): Resolution {
  const present = FOUND.get(name)
  if (present !== undefined) return present
  const found = resolveModel(name)
  if (FOUND.size >= MOST_NAMES) FOUND.clear()
  FOUND.set(name, found)
  return found
}
