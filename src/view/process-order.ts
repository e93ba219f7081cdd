import { known, missing, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import { RISK_LEVELS } from '../model/risk.ts'
import type { Trend } from '../model/trend.ts'
import type { ProcessRow } from './process-row.ts'
import { kvPercent } from './workload-numbers.ts'

/** What the process table can be sorted by, in the order in which the key goes through them. */
export const SORT_COLUMNS = [
  'risk',
  'vram',
  'full-in',
  'per-min',
  'kv',
  'weights',
  'tokens',
  'requests',
  'context',
  'idle',
  'gpu',
  'pid',
  'user',
  'engine',
  'model',
  'cpu',
  'res',
  'command',
] as const
export type SortColumn = (typeof SORT_COLUMNS)[number]

/** The rows in order: quantities fall, names rise, what is missing comes last; equal rows by memory, then pid. */
export function inOrder(
  rows: readonly ProcessRow[],
  column: SortColumn,
  reversed: boolean,
): readonly ProcessRow[] {
  const sorted = rows.toSorted((a, b) => by(column)(a, b) || byMemory(a, b))
  return reversed ? sorted.toReversed() : sorted
}

/** Most GPU memory first, then most host memory. */
export function byMemory(a: ProcessRow, b: ProcessRow): number {
  return falling((one) => one.usedBytes)(a, b) || falling((one) => one.residentBytes)(a, b) || byPid(a, b)
}

function byPid(a: ProcessRow, b: ProcessRow): number {
  return valueOr(a.pid, Number.MAX_SAFE_INTEGER) - valueOr(b.pid, Number.MAX_SAFE_INTEGER)
}

/** Of what holds no GPU memory, that is what somebody came to look at. */
function enginesFirst(a: ProcessRow, b: ProcessRow): number {
  return Number(a.engine === undefined) - Number(b.engine === undefined)
}

function by(column: SortColumn): (a: ProcessRow, b: ProcessRow) => number {
  switch (column) {
    case 'risk':
      return (a, b) =>
        riskRank(b) - riskRank(a) ||
        eta(a) - eta(b) ||
        falling((one) => one.usedBytes)(a, b) ||
        enginesFirst(a, b)
    case 'vram':
      return byMemory
    case 'full-in':
      return (a, b) => eta(a) - eta(b)
    case 'per-min':
      return falling((one) => rate(one.trend))
    case 'kv':
      return falling((one) => kvPercent(one.workload))
    case 'weights':
      return falling((one) => one.workload?.memory.slices.weightsBytes ?? NONE)
    case 'tokens':
      return falling((one) => one.workload?.throughput.generatedTokensPerSecond ?? NONE)
    case 'requests':
      return falling((one) => one.workload?.requests.running ?? NONE)
    case 'context':
      return falling((one) => one.workload?.config.contextTokens ?? NONE)
    case 'idle':
      return falling((one) => one.workload?.idleSeconds ?? NONE)
    case 'gpu':
      return (a, b) => firstGpu(a) - firstGpu(b)
    case 'pid':
      return byPid
    case 'user':
      return rising((one) => valueOr(one.user, undefined))
    case 'engine':
      return rising((one) => one.engine)
    case 'model':
      return rising((one) => one.name)
    case 'cpu':
      return falling((one) => one.cpuPercent)
    case 'res':
      return falling((one) => one.residentBytes)
    case 'command':
      return rising((one) => one.command())
  }
}

const NONE = missing('not-reported')

function firstGpu(one: ProcessRow): number {
  return one.gpus === '' ? Number.MAX_SAFE_INTEGER : Number.parseInt(one.gpus, 10)
}

function falling(value: (row: ProcessRow) => Reading<number>): (a: ProcessRow, b: ProcessRow) => number {
  return (a, b) => difference(valueOr(value(b), -Infinity), valueOr(value(a), -Infinity))
}

function rising(text: (row: ProcessRow) => string | undefined): (a: ProcessRow, b: ProcessRow) => number {
  return (a, b) => order(text(a) ?? '\uffff', text(b) ?? '\uffff')
}

// by code units: the same on every machine whatever its locale
function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

// two missing values are equal, and ∞ − ∞ is not a number
function difference(a: number, b: number): number {
  return a === b ? 0 : a - b
}

function riskRank(one: ProcessRow): number {
  return one.risk === undefined ? -1 : RISK_LEVELS.indexOf(one.risk.level)
}

function eta(one: ProcessRow): number {
  return one.risk?.eta?.seconds ?? Number.MAX_SAFE_INTEGER
}

function rate(trend: Trend | undefined): Reading<number> {
  switch (trend?.kind) {
    case 'growing':
    case 'shrinking':
      return known(trend.bytesPerSecond, 'derived')
    case 'steady':
      return known(0, 'derived')
    case 'too-short':
    case 'unknown':
    case undefined:
      return missing('not-yet-known')
  }
}
