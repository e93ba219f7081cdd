import { valueOr } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { RiskEvent } from '../model/incident.ts'
import type { Risk } from '../model/risk.ts'
import type { HostMemory } from '../model/snapshot.ts'
import { adviceFor } from './advice/index.ts'
import type { AttributedWorkload } from './attribute.ts'
import { poolsOf } from './capacity.ts'
import type { MemoryPool } from './memory-pool.ts'
import { ceilingOf } from './ceiling.ts'
import { followDeaths } from './deaths.ts'
import { followRequestSizes, headroomOf } from './headroom.ts'
import { followHeights } from './heights.ts'
import { hostLoadOf, hostMemoryOf, largestProcesses } from './host.ts'
import type { JudgedWorkload } from './judged.ts'
import { kvTrendOf } from './kv-trend.ts'
import { followLives } from './lives.ts'
import type { Memory } from './memory.ts'
import { gpuKey, observationsOf, workloadKey } from './observations.ts'
import { outlookOf } from './outlook.ts'
import { publishedRisks } from './published-risks.ts'
import { followRisks, raisedRisks, type Adviser } from './risk-book.ts'
import { conditionsOf } from './risks/index.ts'
import { ramPoolsOf } from './risks/ram-pools.ts'
import type { Situation } from './situation.ts'
import { followStandings } from './standings.ts'
import { asTrend, followWindows } from './windows.ts'

/** Where everything is going, as far as this tick tells. */
export interface Foreseen {
  readonly memory: Memory
  readonly workloads: readonly JudgedWorkload[]
  readonly host: HostMemory
  readonly risks: readonly Risk[]
  readonly events: readonly RiskEvent[]
}

/** Ceilings, trends, risks and deaths: from what is held to what will become of it. */
export function foresee(
  before: Memory,
  observed: Memory,
  attributed: readonly AttributedWorkload[],
  gpus: readonly GpuState[],
  afterGap: boolean,
): Foreseen {
  const { rules } = observed
  const nowMs = observed.previous?.elapsedMs ?? 0
  const pools = poolsOf(gpus, attributed)
  const host = hostMemoryOf(observed.answers)
  const watched = watch(before, observed, attributed, pools, host, nowMs)
  const workloads = attributed.map((workload) => withFuture(workload, watched, pools))
  const situation = situationOf(watched, before, workloads, pools, gpus, host, nowMs)
  const died = followDeaths(before.deaths, situation, afterGap)
  const present = new Map([...situation.lives].map(([id, { identity }]) => [id, identity]))
  const { book, events } = followRisks(
    before.risks,
    conditionsOf(situation),
    adviserIn(situation),
    { workloads: present, room: roomIn(situation), endings: died.endings },
    nowMs,
    rules.risk,
  )
  return {
    memory: { ...watched, risks: book, deaths: died.book },
    workloads,
    host,
    risks: raisedRisks(book, nowMs),
    events,
  }
}

/** A trend takes a point only from what was renewed: an old number repeated says nothing. */
function watch(
  before: Memory,
  observed: Memory,
  attributed: readonly AttributedWorkload[],
  pools: readonly MemoryPool[],
  host: HostMemory,
  nowMs: number,
): Memory {
  const { rules, processes, answers, activity, previous } = observed
  const uptimeSeconds = valueOr(hostLoadOf(answers).uptimeSeconds, undefined)
  const watchedFromMs = before.watchedFromMs ?? nowMs
  const around = { processes, uptimeSeconds, watchedFromMs, nowMs }
  const lives = followLives(before.lives, attributed, around, rules.gate)
  const observations = observationsOf({
    pools,
    workloads: attributed,
    host,
    lives,
    activity,
    before: before.windows,
    heights: before.heights,
    gpusAtMs: observed.gpuDocument?.arrivedAtMs ?? nowMs,
    hostAtMs: answers.get('meminfo')?.renewedAtMs ?? nowMs,
    nowMs,
  })
  return {
    ...observed,
    lives,
    watchedFromMs,
    requestSizes: followRequestSizes(before.requestSizes, attributed),
    windows: followWindows(before.windows, observations, previous?.intervalMs ?? 0, rules.trend),
    heights: followHeights(before.heights, observations, rules.trend),
    standings: followStandings(before.standings, pools, attributed, lives, nowMs, rules),
  }
}

function withFuture(
  workload: AttributedWorkload,
  memory: Memory,
  pools: readonly MemoryPool[],
): JudgedWorkload {
  const { windows, rules, requestSizes } = memory
  // what is added stands before what is spread (ADR 9)
  return {
    ceiling: ceilingOf(workload),
    trend: {
      memory: asTrend(windows.get(workloadKey(workload.id)), rules.trend),
      kv: kvTrendOf(workload, windows, rules.trend),
    },
    headroom: headroomOf(workload, pools, requestSizes),
    ...workload,
  }
}

function situationOf(
  memory: Memory,
  before: Memory,
  workloads: readonly JudgedWorkload[],
  pools: readonly MemoryPool[],
  gpus: readonly GpuState[],
  host: HostMemory,
  nowMs: number,
): Situation {
  const { rules, lives, windows, heights, standings } = memory
  const byId = new Map(workloads.map((workload) => [workload.id, workload]))
  return {
    nowMs,
    rules,
    gpus,
    workloads,
    lives,
    windows,
    heights,
    outlooks: pools.map((pool) => outlookOf(pool, byId, lives, rules.gate)),
    ramPools: ramPoolsOf(host, gpus, workloads),
    host,
    hostProcesses: largestProcesses(memory),
    standings,
    published: publishedRisks(memory.answers),
    book: before.risks,
  }
}

/** What is left of everything that can run out of memory. */
function roomIn({ outlooks, ramPools }: Situation): ReadonlyMap<string, number> {
  const cards = outlooks.flatMap(({ pool: { key, freeBytes } }) =>
    freeBytes.kind === 'known' ? [[gpuKey(key), freeBytes.value] as const] : [],
  )
  return new Map([...cards, ...ramPools.map(({ key, headroomBytes }) => [key, headroomBytes] as const)])
}

function adviserIn({ workloads, gpus, host }: Situation): Adviser {
  const byId = new Map(workloads.map((workload) => [workload.id, workload]))
  const cards = new Map(gpus.map((gpu) => [gpu.uuid, gpu]))
  return ({ class: kind, workload, victims, gpus: uuids, numbers, findings }, level) =>
    adviceFor({
      class: kind,
      level,
      workload: workload === undefined ? undefined : byId.get(workload),
      victims: victims.flatMap((id) => byId.get(id) ?? []),
      gpus: uuids.flatMap((uuid) => cards.get(uuid) ?? []),
      workloads,
      host,
      numbers,
      findings,
    })
}
