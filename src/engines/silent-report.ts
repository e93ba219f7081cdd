import { missing } from '../core/reading.ts'
import type { EngineId } from '../model/workload.ts'
import { blankReport } from './blank-report.ts'
import { configOf, declaredModel, settingsGaps, type LearntSettings } from './declared.ts'
import type { EngineReport } from './engine.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { preallocated } from './pool.ts'

/** What is said of an engine that has no page of its KV cache: its flags, and in words why there is no more. */
export function silentReport(flags: EngineFlags, why: string, learnt: LearntSettings = {}): EngineReport {
  return {
    ...blankReport('not-supported'),
    model: declaredModel(flags),
    config: configOf(flags, learnt),
    kv: preallocated(missing('not-supported', why)),
    telemetryGaps: settingsGaps(flags),
  }
}

/** Flags of an engine of which no table is kept, but for its model. */
export function onlyModel(engine: EngineId, model: string | undefined): EngineFlags {
  return {
    engine,
    model: model === undefined || model.startsWith('-') ? undefined : { kind: 'name', text: model },
    settings: { engine },
    quantization: undefined,
    files: {},
    origins: {},
    names: {},
    problems: [],
  }
}
