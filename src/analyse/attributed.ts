import type { Fault } from '../core/fault.ts'
import { firstKnown } from '../core/reading.ts'
import { seconds } from '../core/units.ts'
import type { EngineReport } from '../engines/engine.ts'
import type { RawSample } from '../model/sample.ts'
import { followActivity, type ActivityBook } from './activity.ts'
import { reportOn } from './ask-engine.ts'
import { attributeWorkload, type AttributedWorkload } from './attribute.ts'
import { cgroupOf } from './cgroups.ts'
import type { ClaimedGroup } from './claims.ts'
import { readLogs } from './engine-logs.ts'
import { scrapedWorkloads } from './scraped.ts'
import type { Memory } from './memory.ts'
import { vramLimitsOf } from './vram-limits.ts'

/** What all engine instances hold and did lately, with what is wrong about what they were told to be read from. */
export interface Attributed {
  readonly activity: ActivityBook
  readonly workloads: readonly AttributedWorkload[]
  readonly faults: readonly Fault[]
}

export function attributeAll(
  memory: Memory,
  groups: readonly ClaimedGroup[],
  sample: Pick<RawSample, 'elapsedMs' | 'takenAtEpochMs'>,
): Attributed {
  const { activity: before, answers, processes } = memory
  const reports = groups.map(({ id, claim }) => {
    const report = reportOn(claim, answers)
    return [id, unloaded(report, sample.takenAtEpochMs)] as const
  })
  const reportOf = new Map(reports)
  const logs = readLogs(groups, reportOf, answers)
  const scraped = scrapedWorkloads(answers)
  const counts = scraped.map(({ workload, counts }) => [workload.id, counts] as const)
  const activity = followActivity(before, [...reports, ...counts], sample.elapsedMs)
  const gpus = memory.gpuDocument?.document.gpus ?? []
  const workloads = groups.flatMap((group) => {
    const report = reportOf.get(group.id)
    const lately = activity.get(group.id)
    if (report === undefined || lately === undefined) return []
    const cgroup = cgroupOf(group.claim.root.pid, answers)
    const reported = logs.reported.get(group.id)
    const { idleSeconds, throughput } = lately
    const vramLimits = vramLimitsOf(group, gpus, answers)
    const around = { idleSeconds, throughput, cgroup, vramLimits, reported }
    return [attributeWorkload(group, report, gpus, processes, around)]
  })
  const told = scraped.map(({ workload }) => withActivity(workload, activity))
  return { activity, workloads: [...workloads, ...told], faults: logs.unused }
}

/** Rates that the page itself states stand. */
function withActivity(workload: AttributedWorkload, activity: ActivityBook): AttributedWorkload {
  const lately = activity.get(workload.id)
  if (lately === undefined) return workload
  const { promptTokensPerSecond, generatedTokensPerSecond } = workload.throughput
  return {
    ...workload,
    idleSeconds: lately.idleSeconds,
    throughput: {
      promptTokensPerSecond: firstKnown(promptTokensPerSecond, lately.throughput.promptTokensPerSecond),
      generatedTokensPerSecond: firstKnown(
        generatedTokensPerSecond,
        lately.throughput.generatedTokensPerSecond,
      ),
    },
  }
}

/** The clocks of two machines may be that far apart. */
const CLOCK_SLACK_MS = seconds(2)

/** Past its time, with nobody asking, an engine is letting go of the model. */
function unloaded(report: EngineReport, nowEpochMs: number): EngineReport {
  const { expiresAtEpochMs, requests, state } = report
  const isOver = expiresAtEpochMs !== undefined && nowEpochMs > expiresAtEpochMs + CLOCK_SLACK_MS
  const isBusy = requests.running.kind === 'known' && requests.running.value > 0
  return isOver && !isBusy && state !== 'sleeping' ? { ...report, state: 'unloading' } : report
}
