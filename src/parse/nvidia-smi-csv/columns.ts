import { printable } from '../../core/text.ts'

/** Where each known column stands in the rows, and the header as it was written: it goes along with every sample. */
export interface CsvColumns {
  readonly header: string
  readonly places: ReadonlyMap<CsvColumn, number>
  readonly count: number
}

/**
 * The columns of `nvidia-smi --query-gpu` that say something here, by the names that `nvidia-smi --help-query-gpu` lists
 * (driver 590), with their older names and what people write instead.
 */
const NAMES = [
  ['timestamp', 'time', 'date', 'datetime'],
  ['index', 'gpu_index', 'idx'],
  // not nvidia-smi's: what scripts call the card that they ask about
  ['gpu', 'gpu_id', 'device'],
  ['uuid', 'gpu_uuid'],
  ['pci.bus_id', 'gpu_bus_id'],
  ['name', 'gpu_name', 'product_name'],
  ['driver_version'],
  ['persistence_mode'],
  ['driver_model.current'],
  ['mig.mode.current'],
  ['memory.total', 'fb_memory_usage.total'],
  ['memory.used', 'fb_memory_usage.used'],
  ['memory.free', 'fb_memory_usage.free'],
  ['memory.reserved', 'fb_memory_usage.reserved'],
  ['utilization.gpu'],
  ['utilization.memory'],
  ['temperature.gpu'],
  ['power.draw', 'power.draw.average', 'power.draw.instant'],
  ['power.limit', 'enforced.power.limit'],
  ['fan.speed'],
  ['pstate'],
  ['clocks.current.sm', 'clocks.sm'],
  ['clocks.current.memory', 'clocks.mem', 'clocks.current.mem'],
  ['gpu_recovery_action'],
] as const

export type CsvColumn = (typeof NAMES)[number][0]

const COLUMNS: ReadonlyMap<string, CsvColumn> = new Map(
  NAMES.flatMap((names) => names.map((name): readonly [string, CsvColumn] => [name, names[0]])),
)

/**
 * Reads a header line; undefined where it is none. A line that also names a process is a header of another list
 * (`--query-compute-apps`), and has no columns here.
 */
export function readHeader(line: string): CsvColumns | 'other-list' | undefined {
  const cells = cellsOf(line)
  if (!isHeader(line, cells)) return undefined
  if (cells.some((cell) => cell === 'pid' || cell === 'retired_pages.address')) return 'other-list'
  return columnsOf(line, cells)
}

/**
 * The columns of a log without a header, as the user names them: any word for those that say nothing here. undefined where
 * none of them says anything.
 */
export function namedColumns(line: string): CsvColumns | undefined {
  const columns = columnsOf(line, cellsOf(line))
  return columns.places.size === 0 ? undefined : columns
}

function cellsOf(line: string): readonly string[] {
  return line.split(',').map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/ \[.*\]$/, ''),
  )
}

function columnsOf(line: string, cells: readonly string[]): CsvColumns {
  const known = cells.map((cell) => COLUMNS.get(cell))
  const places = new Map<CsvColumn, number>()
  known.forEach((column, at) => {
    if (column !== undefined && !places.has(column)) places.set(column, at)
  })
  return { header: printable(line.trim()), places, count: cells.length }
}

// one word alone is a header only with its unit: lists of the properties that there are look like headers otherwise
const ONE_WITH_UNIT = /^\s*memory\.(?:used|free) \[MiB\]\s*$/

function isHeader(line: string, cells: readonly string[]): boolean {
  const known = cells.map((cell) => COLUMNS.get(cell))
  return new Set(known.filter((column) => column !== undefined)).size >= 2 || ONE_WITH_UNIT.test(line)
}

/** The cells of a row under its header; undefined for a line that is no row of it. */
export function readCells(line: string, columns: CsvColumns): readonly string[] | undefined {
  const cells = line.split(',').map((cell) => cell.trim())
  return cells.length === columns.count ? cells : undefined
}

/** The cell of a column, or undefined where the log has no such column. */
export function cellOf(
  cells: readonly string[],
  { places }: CsvColumns,
  column: CsvColumn,
): string | undefined {
  const place = places.get(column)
  return place === undefined ? undefined : cells[place]
}
