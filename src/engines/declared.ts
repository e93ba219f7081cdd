import { known, missing, type Reading } from '../core/reading.ts'
import { printable } from '../core/text.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type {
  ConfigKey,
  SettingOrigin,
  TelemetryGap,
  WorkloadConfig,
  WorkloadModel,
} from '../model/workload.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { modelName, quantizationInName } from './model-name.ts'

/** A setting that was not stated on the command line, and where it was learnt. */
export interface Learnt<T> {
  readonly value: T
  readonly origin: SettingOrigin
}

/** What an engine or its version's defaults say of settings that the flags leave open. */
export interface LearntSettings {
  readonly contextTokens?: Learnt<number> | undefined
  readonly parallel?: Learnt<number> | undefined
  readonly kvType?: Learnt<string> | undefined
  readonly gpuMemoryUtilization?: Learnt<number> | undefined
}

/** The settings that people look for: as the flags state them, else as they were learnt, else missing. */
export function configOf(flags: EngineFlags, learnt: LearntSettings = {}): WorkloadConfig {
  const found = {
    contextTokens: flagged(flags, 'contextTokens') ?? learnt.contextTokens,
    parallel: first(flagged(flags, 'parallel'), flagged(flags, 'maxNumSeqs'), learnt.parallel),
    kvTypeK: flagged(flags, 'kvTypeK') ?? learnt.kvType,
    kvTypeV: flagged(flags, 'kvTypeV') ?? learnt.kvType,
    gpuLayers: flagged(flags, 'gpuLayers'),
    tensorParallel: flagged(flags, 'tensorParallel'),
    gpuMemoryUtilization: first(...BUDGETS.map((key) => flagged(flags, key)), learnt.gpuMemoryUtilization),
  }
  const origins = Object.entries(found).flatMap(([key, value]) =>
    value === undefined ? [] : [[key, value.origin]],
  )
  return {
    contextTokens: reading(found.contextTokens),
    parallel: reading(found.parallel),
    kvTypeK: reading(found.kvTypeK),
    kvTypeV: reading(found.kvTypeV),
    gpuLayers: reading(found.gpuLayers),
    tensorParallel: reading(found.tensorParallel),
    gpuMemoryUtilization: reading(found.gpuMemoryUtilization),
    origins: Object.fromEntries(origins) as WorkloadConfig['origins'],
    flags: Object.fromEntries(Object.entries(SETTINGS).flatMap(([key, keys]) => named(flags, key, keys))),
    problems: flags.problems,
  }
}

/** The share of a card that an engine may take, by whatever name. */
const BUDGETS = ['gpuMemoryUtilization', 'memFractionStatic', 'cudaMemoryFraction'] as const

/** The settings of engines behind each of ours. */
const SETTINGS: Readonly<Record<ConfigKey, readonly (keyof EngineSettings)[]>> = {
  contextTokens: ['contextTokens'],
  parallel: ['parallel', 'maxNumSeqs'],
  kvTypeK: ['kvTypeK'],
  kvTypeV: ['kvTypeV'],
  gpuLayers: ['gpuLayers'],
  tensorParallel: ['tensorParallel'],
  gpuMemoryUtilization: BUDGETS,
}

// The flag that was given, else the first that could be.
function named(
  { names, origins }: EngineFlags,
  key: string,
  settings: readonly (keyof EngineSettings)[],
): readonly (readonly [key: string, name: string])[] {
  const setting =
    settings.find((one) => origins[one] !== undefined) ?? settings.find((one) => names[one] !== undefined)
  const name = setting === undefined ? undefined : names[setting]
  return name === undefined ? [] : [[key, name]]
}

/** What the engine's own pages say of a setting. */
export function fromApi<T>(value: T | undefined): Learnt<T> | undefined {
  return value === undefined ? undefined : { value, origin: 'api' }
}

/** The model that the flags name. */
export function declaredModel(flags: Pick<EngineFlags, 'model' | 'quantization'>): WorkloadModel {
  const no = missing('not-reported')
  if (flags.model === undefined) return { name: no, source: no, quantization: no, parameters: no }
  const name = modelName(flags.model.text)
  const quantization = flags.quantization?.name ?? quantizationInName(name)
  return {
    name: known(name, 'declared'),
    source: known('argv', 'declared'),
    quantization: quantization === undefined ? no : known(quantization, 'declared'),
    parameters: no,
  }
}

function first<T>(...found: readonly (Learnt<T> | undefined)[]): Learnt<T> | undefined {
  return found.find((learnt) => learnt !== undefined)
}

function flagged<K extends keyof EngineSettings>(
  { settings, origins }: EngineFlags,
  key: K,
): Learnt<Exclude<EngineSettings[K], undefined>> | undefined {
  const value = settings[key]
  const origin = origins[key]
  if (value === undefined || origin === undefined) return undefined
  return { value: value as Exclude<EngineSettings[K], undefined>, origin }
}

function reading<T>(found: Learnt<T> | undefined): Reading<T> {
  if (found === undefined) return missing('not-reported')
  return known(found.value, found.origin === 'api' ? 'measured' : 'declared')
}

/** That a file holds settings which are not to be seen. */
export function settingsGaps({ settingsFile }: EngineFlags): readonly TelemetryGap[] {
  if (settingsFile === undefined) return []
  return [{ what: `settings in ${printable(settingsFile)}`, remedy: 'give them on the command line instead' }]
}
