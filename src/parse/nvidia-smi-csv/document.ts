import { both, missing, valueOr, type Missing, type Reading } from '../../core/reading.ts'
import { printable } from '../../core/text.ts'
import type { DeviceMemory, Gpu, NvidiaSmi } from '../../model/snapshot.ts'
import type { NvidiaSmiAnswer } from '../nvidia-smi.ts'
import { sharesHostMemory } from '../nvidia-smi-memory.ts'
import {
  CELSIUS,
  COUNT,
  FAN_PERCENT,
  MEGAHERTZ,
  MEMORY,
  PERCENT,
  readFlag,
  readNumber,
  readText,
  WATTS,
  type Quantity,
} from '../nvidia-smi-value.ts'
import { cellOf, namedColumns, readCells, type CsvColumn, type CsvColumns } from './columns.ts'

/** The part of a sample that holds rows of a CSV log: the header, then one row per GPU. */
export const CSV_PART = 'nvidia-smi-csv'

/** Reads the rows of one sample. Only what the log has is told; the rest is missing, because the log does not have it. */
export function parseNvidiaSmiCsv(text: string): NvidiaSmiAnswer {
  const [header = '', ...rows] = text.split('\n').filter((line) => line.trim() !== '')
  const columns = namedColumns(header)
  if (columns === undefined) return malformed('its header', header)
  const read = rows.map((row) => readCells(row, columns))
  const torn = read.findIndex((cells) => cells === undefined)
  if (torn !== -1) return malformed(`row ${torn + 1}`, rows[torn] ?? '')
  const cellRows = read.flatMap((cells) => (cells === undefined ? [] : [cells]))
  const first = cellRows[0]
  const document: NvidiaSmi = {
    driverVersion: first === undefined ? NOT_IN_LOG : textAt(first, columns, 'driver_version'),
    cudaVersion: NOT_IN_LOG,
    gpus: cellRows.map((cells, place) => gpuOf(cells, columns, place)),
    faults: [],
  }
  return { kind: 'document', document }
}

const NOT_IN_LOG: Missing = missing('not-reported', 'not in this log')

function malformed(where: string, found: string): NvidiaSmiAnswer {
  return {
    kind: 'fault',
    fault: { kind: 'malformed', part: CSV_PART, where, found: printable(found).slice(0, 80) },
  }
}

function gpuOf(cells: readonly string[], columns: CsvColumns, place: number): Gpu {
  const number = (column: CsvColumn, quantity: Quantity): Reading<number> =>
    numberAt(cells, columns, column, quantity)
  const text = (column: CsvColumn): Reading<string> => textAt(cells, columns, column)
  const memory = memoryOf(number)
  const busId = valueOr(text('pci.bus_id'), '')
  const index = indexOf(number, place)
  return {
    index,
    uuid: identityOf(text('uuid'), busId, index),
    name: valueOr(text('name'), 'unknown GPU'),
    busId,
    architecture: NOT_IN_LOG,
    unifiedMemory: sharesHostMemory(valueOr(text('name'), ''), memory),
    persistenceMode: flagAt(cells, columns, 'persistence_mode'),
    driverModel: text('driver_model.current'),
    memory,
    utilization: {
      gpuPercent: number('utilization.gpu', PERCENT),
      memoryPercent: number('utilization.memory', PERCENT),
    },
    temperatureCelsius: number('temperature.gpu', CELSIUS),
    powerWatts: number('power.draw', WATTS),
    powerLimitWatts: number('power.limit', WATTS),
    fanPercent: number('fan.speed', FAN_PERCENT),
    throttle: [],
    recoveryAction: text('gpu_recovery_action'),
    clocks: {
      smMHz: number('clocks.current.sm', MEGAHERTZ),
      memoryMHz: number('clocks.current.memory', MEGAHERTZ),
    },
    performanceState: text('pstate'),
    pcie: { rxBytesPerSecond: NOT_IN_LOG, txBytesPerSecond: NOT_IN_LOG },
    mig: { enabled: flagAt(cells, columns, 'mig.mode.current'), devices: [] },
    processes: NOT_IN_LOG,
  }
}

/** A script's own `gpu` column before `index`, which in such logs may be anything; else the place among the rows. */
function indexOf(number: (column: CsvColumn, quantity: Quantity) => Reading<number>, place: number): number {
  return valueOr(number('gpu', COUNT), valueOr(number('index', COUNT), place))
}

/** People who share logs mask the uuid with zeros: then cards are told apart by their slot. */
function identityOf(uuid: Reading<string>, busId: string, index: number): string {
  const isMasked = uuid.kind === 'missing' || /^(GPU-)?[0-]*$/.test(uuid.value)
  if (!isMasked) return uuid.value
  return busId === '' ? `gpu-${index}` : busId
}

/** What two of the three numbers say of the third; what the driver reserves is then in one of them. */
function memoryOf(number: (column: CsvColumn, quantity: Quantity) => Reading<number>): DeviceMemory {
  const [total, used, free] = [
    number('memory.total', MEMORY),
    number('memory.used', MEMORY),
    number('memory.free', MEMORY),
  ]
  return {
    totalBytes: total.kind === 'known' ? total : bothOr(total, used, free, (a, b) => a + b),
    usedBytes: used.kind === 'known' ? used : bothOr(used, total, free, (a, b) => Math.max(0, a - b)),
    freeBytes: free.kind === 'known' ? free : bothOr(free, total, used, (a, b) => Math.max(0, a - b)),
    reservedBytes: number('memory.reserved', MEMORY),
  }
}

function bothOr(
  itself: Missing,
  a: Reading<number>,
  b: Reading<number>,
  combine: (a: number, b: number) => number,
): Reading<number> {
  const combined = both(a, b, combine)
  return combined.kind === 'known' ? combined : itself
}

function textAt(cells: readonly string[], columns: CsvColumns, column: CsvColumn): Reading<string> {
  const cell = cellOf(cells, columns, column)
  return cell === undefined ? NOT_IN_LOG : readText(cell)
}

/** With `nounits` the unit stands in the header or nowhere, and is the one that the column always has. */
function numberAt(
  cells: readonly string[],
  columns: CsvColumns,
  column: CsvColumn,
  quantity: Quantity,
): Reading<number> {
  const cell = cellOf(cells, columns, column)
  if (cell === undefined) return NOT_IN_LOG
  const isBare = quantity.unit !== '' && /^-?\d+(?:\.\d+)?$/.test(cell)
  return readNumber(isBare ? `${cell} ${quantity.unit}` : cell, quantity)
}

function flagAt(cells: readonly string[], columns: CsvColumns, column: CsvColumn): Reading<boolean> {
  const cell = cellOf(cells, columns, column)
  return cell === undefined ? NOT_IN_LOG : readFlag(cell)
}

/** What tells the cards of one sample apart, by the columns that there are; undefined where none does. */
export function cardOf(cells: readonly string[], columns: CsvColumns): string | undefined {
  const uuid = cellOf(cells, columns, 'uuid')
  if (uuid !== undefined && !/^(GPU-)?[0-]*$/.test(uuid)) return uuid
  return (
    cellOf(cells, columns, 'pci.bus_id') ?? cellOf(cells, columns, 'gpu') ?? cellOf(cells, columns, 'index')
  )
}
