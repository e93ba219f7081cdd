import { missing } from '../core/reading.ts'
import { blankReport } from '../engines/blank-report.ts'
import type { EngineId } from '../model/workload.ts'
import type { AttributedWorkload } from './attribute.ts'

const NO = missing('not-reported', 'only its metrics are known')

/** A workload without any process to be seen: all that is known of it comes from metrics that others have scraped. */
export function bareWorkload(id: string, engine: EngineId): AttributedWorkload {
  const { state, model, config, kv, requests } = blankReport('not-reported')
  return {
    id,
    engine,
    rootPid: NO,
    pids: [],
    user: NO,
    container: undefined,
    command: [],
    state,
    idleSeconds: NO,
    model,
    config,
    memory: { usedBytes: NO, slices: NO_SLICES, perGpu: [], residentBytes: NO, onCpuRatio: NO },
    kv,
    partial: undefined,
    telemetryGaps: [],
    cgroup: NO,
    vramLimits: [],
    requests,
    throughput: { promptTokensPerSecond: NO, generatedTokensPerSecond: NO },
    estimated: NO,
  }
}

const NO_SLICES: AttributedWorkload['memory']['slices'] = {
  weightsBytes: NO,
  kvBytes: NO,
  stateBytes: NO,
  activationsBytes: NO,
  overheadBytes: NO,
  unexplainedBytes: NO,
}
