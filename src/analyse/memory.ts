import type { NvidiaSmi } from '../model/snapshot.ts'
import type { SourceOrigin } from '../model/frame.ts'
import type { RawSample } from '../model/sample.ts'
import type { ParsedParts } from '../parse/nvidia-smi.ts'
import type { ListedProcess } from '../parse/process-list.ts'
import type { ActivityBook } from './activity.ts'
import type { AnswerBook } from './answers.ts'
import type { HeldBook } from './claims.ts'
import { NO_DEATHS, type DeathBook } from './deaths.ts'
import type { GoneGpus } from './gone-gpus.ts'
import type { RequestSizes } from './headroom.ts'
import type { HeightBook } from './heights.ts'
import type { LifeBook } from './lives.ts'
import type { ProcessBook } from './processes.ts'
import type { RiskBook } from './risk-book.ts'
import type { Rules } from './rules.ts'
import { NO_STANDINGS, type Standings } from './standings.ts'
import type { FaultBook } from './faults.ts'
import type { WindowBook } from './windows.ts'

/** All that the fold knows of one host from before: what the rules need, and no more. */
export interface Memory {
  readonly origin: SourceOrigin
  readonly rules: Rules
  readonly previous: PreviousSample | undefined
  readonly answers: AnswerBook
  readonly gpuDocument: GpuDocument | undefined
  readonly processes: ProcessBook
  /** The newest list of the host's processes, the largest resident set first. */
  readonly processList: readonly ListedProcess[]
  readonly users: ReadonlyMap<number, string>

  readonly activity: ActivityBook
  readonly held: HeldBook
  readonly lives: LifeBook
  /** When watching began, or began anew after a gap. */
  readonly watchedFromMs: number | undefined
  readonly requestSizes: RequestSizes
  readonly windows: WindowBook
  readonly heights: HeightBook
  readonly standings: Standings
  readonly goneGpus: GoneGpus
  /** When a process that held memory was last seen to leave a card, by uuid. */
  readonly departures: ReadonlyMap<string, number>
  readonly risks: RiskBook
  readonly deaths: DeathBook
  readonly faults: FaultBook
}

export interface PreviousSample extends Pick<RawSample, 'elapsedMs' | 'takenAtEpochMs' | 'intervalMs'> {
  /** When the host last answered; absent where it did at this sample. */
  readonly reachedAtMs?: number
}

/** The newest whole document of nvidia-smi, and its blocks by their text, so that an unchanged GPU is not parsed again. */
export interface GpuDocument {
  readonly document: NvidiaSmi
  readonly parts: ParsedParts
  readonly arrivedAtMs: number
  readonly tookMs: number | undefined
}

export function startMemory(origin: SourceOrigin, rules: Rules): Memory {
  return {
    origin,
    rules,
    previous: undefined,
    answers: new Map(),
    gpuDocument: undefined,
    processes: new Map(),
    processList: [],
    users: new Map(),
    activity: new Map(),
    held: new Map(),
    lives: new Map(),
    watchedFromMs: undefined,
    requestSizes: new Map(),
    windows: new Map(),
    heights: new Map(),
    standings: NO_STANDINGS,
    goneGpus: new Map(),
    departures: new Map(),
    risks: new Map(),
    deaths: NO_DEATHS,
    faults: new Map(),
  }
}
