import type { Reading } from '../core/reading.ts'
import { both } from '../core/reading.ts'
import { metricOf } from './gpu-metric.ts'
import type { GpuMetric } from './gpu-metric.ts'
import type { HistoryNote } from './history-note.ts'
import { append, EMPTY_TRACK, LEVELS, newestPoint, shortened } from './track.ts'
import type { Track } from './track.ts'

/** The past of one host, for charts only: what is judged over time lives in the fold. Grown by `remember`. */
export interface History {
  /** Levels that each track keeps: four are a day, one, for the many hosts of a fleet, is half an hour. */
  readonly depth: number
  readonly elapsedMs: number
  /** When the GPU numbers that were last added were read. */
  readonly gpusReadAtMs: number
  /** Used bytes by GPU uuid. */
  readonly gpus: Tracks
  /** What else was measured of each GPU, by uuid. */
  readonly vitals: Readonly<Record<Vital, Tracks>>
  /** Used share of the KV cache, 0–1, by workload id. */
  readonly kv: Tracks
  /** Used bytes by workload id, of workloads with a known engine. */
  readonly workloads: Tracks
  /** Host memory that is not available, in bytes. */
  readonly host: Track
}

type Vital = Exclude<GpuMetric, 'memory'>

export type Tracks = ReadonlyMap<string, Track>

export const NO_HISTORY: History = {
  depth: LEVELS,
  elapsedMs: -Infinity,
  gpusReadAtMs: -Infinity,
  gpus: new Map(),
  vitals: { utilization: new Map(), power: new Map(), temperature: new Map() },
  kv: new Map(),
  workloads: new Map(),
  host: EMPTY_TRACK,
}

const FORGET_AFTER_MS = 24 * 3_600_000

/**
 * The history with the frame's numbers added. GPUs and workloads get a point only when nvidia-smi has answered anew, and
 * nothing gets one from a host that did not answer; a hole in time and a missing value are gaps. A frame older than the
 * newest one begins a new history.
 */
export function remember(history: History, frame: HistoryNote): History {
  const { depth } = history
  const past = frame.elapsedMs < history.elapsedMs ? { ...NO_HISTORY, depth } : history
  const age = frame.gpuSample.kind === 'known' ? frame.gpuSample.value.ageMs : Infinity
  const readAtMs = frame.elapsedMs - age
  const known = frame.workloads.filter((workload) => workload.engine !== 'unknown')
  const host = both(
    frame.hostMemory.totalBytes,
    frame.hostMemory.availableBytes,
    (total, free) => total - free,
  )
  const now = { atMs: frame.elapsedMs, afterGap: frame.afterGap, depth }
  const gpus = { atMs: readAtMs, afterGap: frame.afterGap, depth }
  // rounding of ages must not add a point twice
  const renewed = readAtMs > past.gpusReadAtMs + 1
  const answered = frame.link.state === 'live'
  // the gap stands, whenever nvidia-smi will answer for the first time after it
  const stale = (tracks: Tracks): Tracks => (frame.afterGap ? interrupted(tracks) : tracks)
  return {
    depth,
    elapsedMs: frame.elapsedMs,
    gpusReadAtMs: renewed ? readAtMs : past.gpusReadAtMs,
    host: answered ? extended(past.host, host, now) : past.host,
    kv: answered
      ? extendAll(
          past.kv,
          known.map((workload) => [workload.id, workload.kv.usedRatio]),
          now,
        )
      : past.kv,
    gpus: renewed ? ofGpus(past.gpus, frame, 'memory', gpus) : stale(past.gpus),
    vitals: renewed
      ? {
          utilization: ofGpus(past.vitals.utilization, frame, 'utilization', gpus),
          power: ofGpus(past.vitals.power, frame, 'power', gpus),
          temperature: ofGpus(past.vitals.temperature, frame, 'temperature', gpus),
        }
      : {
          utilization: stale(past.vitals.utilization),
          power: stale(past.vitals.power),
          temperature: stale(past.vitals.temperature),
        },
    workloads: renewed
      ? extendAll(
          past.workloads,
          known.map((workload) => [workload.id, workload.memory.usedBytes]),
          gpus,
        )
      : stale(past.workloads),
  }
}

interface Moment {
  readonly atMs: number
  readonly afterGap: boolean
  readonly depth: number
}

function ofGpus(tracks: Tracks, frame: HistoryNote, metric: GpuMetric, at: Moment): Tracks {
  return extendAll(
    tracks,
    frame.gpus.map((gpu) => [gpu.uuid, metricOf(gpu, metric)]),
    at,
  )
}

function extendAll(
  tracks: Tracks,
  values: readonly (readonly [string, Reading<number>])[],
  at: Moment,
): Tracks {
  const present = new Set(values.map(([id]) => id))
  const gone = [...tracks].filter(([id, track]) => !present.has(id) && isRecent(track, at.atMs))
  return new Map([
    ...gone.map(([id, track]) => [id, shortened(append(track, 'gap'), at.depth)] as const),
    ...values.map(([id, value]) => [id, extended(tracks.get(id) ?? EMPTY_TRACK, value, at)] as const),
  ])
}

function extended(track: Track, value: Reading<number>, at: Moment): Track {
  const unbroken = at.afterGap ? append(track, 'gap') : track
  const entry = value.kind === 'known' ? { atMs: at.atMs, value: value.value } : 'gap'
  return shortened(append(unbroken, entry), at.depth)
}

function interrupted(tracks: Tracks): Tracks {
  return new Map([...tracks].map(([id, track]) => [id, append(track, 'gap')]))
}

function isRecent(track: Track, nowMs: number): boolean {
  const newest = newestPoint(track)
  return newest !== undefined && newest.atMs > nowMs - FORGET_AFTER_MS
}
