import { both, map, sumOfKnown, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { Frame } from '../model/frame.ts'
import type { Risk } from '../model/risk.ts'
import { RISK_LEVELS } from '../model/risk.ts'
import { limitOf } from './gpu-memory.ts'
import type { Scene } from './panel.ts'
import { shortGpuName } from './wording.ts'

/** One host of the fleet. */
export interface FleetRow {
  readonly host: string
  readonly frame: Frame
  /** False until it has answered for the first time: nothing is known of it. */
  readonly wasSeen: boolean
  /** `8 × H100 80GB`; empty without a GPU. */
  readonly gpus: string
  /** Of all GPUs together, else of the host. */
  readonly usedBytes: Reading<number>
  readonly limitBytes: Reading<number>
  readonly isHostMemory: boolean
  /** The fullest KV cache, 0–1. */
  readonly kvRatio: Reading<number>
  readonly risk: Risk | undefined
}

/** The hosts: worst risk first, then those that do not answer, then by name. A filter keeps those whose text has all its words. */
export function fleetRows(scene: Scene): readonly FleetRow[] {
  const words = scene.ui.filters.fleet.toLowerCase().split(/\s+/)
  const rows = scene.hosts
    .map(({ frame }) => rowOf(frame))
    .filter((row) => words.every((word) => textOf(row).includes(word)))
  const sorted = rows.toSorted((a, b) => rank(a) - rank(b) || eta(a) - eta(b) || compare(a.host, b.host))
  return scene.ui.preferences.reversed ? sorted.toReversed() : sorted
}

function rowOf(frame: Frame): FleetRow {
  const own = frame.gpus.filter((gpu) => !gpu.unifiedMemory)
  const isHostMemory = own.length === 0
  const { totalBytes, availableBytes } = frame.hostMemory
  return {
    host: frame.host,
    frame,
    wasSeen: own.length > 0 || totalBytes.kind === 'known',
    gpus: gpuNames(frame),
    isHostMemory,
    usedBytes: isHostMemory
      ? both(totalBytes, availableBytes, (total, available) => total - available)
      : sumOfKnown(own.map((gpu) => gpu.memory.usedBytes)),
    limitBytes: isHostMemory ? totalBytes : sumOfKnown(own.map((gpu) => limitOf(gpu.memory))),
    kvRatio: fullestPool(frame),
    risk: frame.risks[0],
  }
}

function gpuNames({ gpus }: Frame): string {
  const [first] = gpus
  if (first === undefined) return ''
  const alike = gpus.every((gpu) => gpu.name === first.name)
  return `${gpus.length} × ${alike ? shortGpuName(first.name).replace(/ HBM.*$/, '') : 'several kinds'}`
}

function fullestPool(frame: Frame): Reading<number> {
  const ratios = frame.workloads.flatMap(({ kv }) => valueOr(kv.usedRatio, []))
  return ratios.length === 0
    ? { kind: 'missing', reason: 'not-reported' }
    : map({ kind: 'known', value: ratios, basis: 'derived' }, (all) => Math.max(...all))
}

// What does not answer comes behind what is known to be in danger, and before what is known to be well.
function rank({ risk, frame }: FleetRow): number {
  if (risk !== undefined) return RISK_LEVELS.length - 1 - RISK_LEVELS.indexOf(risk.level)
  return frame.link.state === 'live' ? RISK_LEVELS.length + 1 : RISK_LEVELS.length
}

function eta({ risk }: FleetRow): number {
  return risk?.eta?.seconds ?? Number.MAX_SAFE_INTEGER
}

function textOf({ host, frame, gpus, risk }: FleetRow): string {
  return `${host} ${frame.link.state} ${gpus} ${risk?.class ?? ''} ${risk?.level ?? ''}`.toLowerCase()
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
