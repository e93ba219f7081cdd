import type { EngineSettings } from '../../estimate/settings.ts'
import type { EngineId } from '../../model/workload.ts'

/** What a command line and its environment say of an engine: the settings that decide memory, and the model. */
export interface EngineFlags {
  readonly engine: EngineId
  readonly model: ModelReference | undefined
  readonly settings: EngineSettings
  readonly quantization: StatedQuantization | undefined
  /** Further files that take memory: `mmproj`, `draft`. */
  readonly files: Readonly<Partial<Record<CompanionFile, string>>>
  readonly origins: Readonly<Partial<Record<SettingKey, 'argv' | 'environment'>>>
  /** The flag or variable behind each setting: as it was written, else as the engine calls it. */
  readonly names: Readonly<Partial<Record<SettingKey, string>>>
  /** A file with further settings, which is not read. */
  readonly settingsFile?: string
  /** Values that can't be read, and flags whose effect on memory is not computed; one sentence each. */
  readonly problems: readonly string[]
}

export type SettingKey = keyof EngineSettings | 'model' | 'quantization' | CompanionFile

export type CompanionFile = 'mmproj' | 'draft'

export interface ModelReference {
  /** `file`: a path to a model file or folder; `name`: a repository or catalogue name, or a path that may be either. */
  readonly kind: 'file' | 'name'
  readonly text: string
}

export interface StatedQuantization {
  readonly name: string
  readonly groupSize?: number
}

/** What one flag says. */
export interface Finding {
  readonly settings?: Partial<EngineSettings>
  readonly model?: ModelReference
  readonly quantization?: StatedQuantization
  readonly files?: EngineFlags['files']
  readonly settingsFile?: string
  /** The flag is understood, but what it does to memory is not computed. */
  readonly problem?: string
}
