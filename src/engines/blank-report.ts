import { missing, type MissingReason } from '../core/reading.ts'
import type { EngineReport } from './engine.ts'
import { preallocated } from './pool.ts'

/** A report in which nothing is known, for one reason: what an engine starts from, and all that `unknown` can say. */
export function blankReport(reason: MissingReason): EngineReport {
  const no = missing(reason)
  return {
    state: 'serving',
    model: { name: no, source: no, quantization: no, parameters: no },
    config: {
      contextTokens: no,
      parallel: no,
      kvTypeK: no,
      kvTypeV: no,
      gpuLayers: no,
      tensorParallel: no,
      gpuMemoryUtilization: no,
      origins: {},
      flags: {},
      problems: [],
    },
    kv: { ...preallocated(no), growth: no },
    requests: { running: no, waiting: no, preemptions: no },
    onCpuRatio: no,
    telemetryGaps: [],
    counted: no,
  }
}
