import { formatBytesShort, formatGib } from '../core/format.ts'
import { missing, type Reading } from '../core/reading.ts'
import { GIB } from '../core/units.ts'
import type { ColumnId } from './column-ids.ts'
import { glyph, levelGlyph } from './glyphs.ts'
import type { MemoryUnit } from './preferences.ts'
import type { SortColumn } from './process-order.ts'
import type { ProcessRow } from './process-row.ts'
import type { Tone } from './theme.ts'
import { drawable, skip } from './width.ts'
import { formatEta, formatTrend, MISSING, riskWord, shown } from './wording.ts'
import { idleTime, kvUsedOfCapacity, requestCount, tokenRate, tokensShort } from './workload-numbers.ts'

/** What a cell depends on beside its row. */
export interface CellChoices {
  readonly commandOffset: number
  readonly units: MemoryUnit
}

/** A column of the table. */
export interface ProcessColumn {
  readonly id: ColumnId
  readonly head: string
  readonly sort: SortColumn | undefined
  readonly align: 'left' | 'right'
  /** Least columns it takes; `most` says how far it may grow where there is room. */
  readonly columns: number
  readonly most: number
  /** The lower, the longer it stays when the table gets narrow. */
  readonly rank: number
  readonly text: (row: ProcessRow, choices: CellChoices) => string
  readonly tone: (row: ProcessRow) => Tone
}

/** The columns from left to right. Without a GPU those of GPUs say nothing, and host memory is what counts. */
export function processColumns(hasGpu: boolean, hidden: readonly ColumnId[] = []): readonly ProcessColumn[] {
  const useful = PROCESS_COLUMNS.filter(
    ({ id }) => !hidden.includes(id) && (hasGpu || !GPU_COLUMNS.includes(id)),
  )
  return hasGpu ? useful : useful.map((one) => (one.id === 'resident' ? { ...one, rank: 1 } : one))
}

const GPU_COLUMNS: readonly ColumnId[] = ['gpu', 'type', 'vram']

const PROCESS_COLUMNS: readonly ProcessColumn[] = [
  column('pid', 'PID', 'pid', 'right', 7, 0, (row) => shown(row.pid, String)),
  column('user', 'USER', 'user', 'left', 6, 8, (row) => shown(row.user, (user) => user)),
  column('gpu', 'GPU', 'gpu', 'left', 4, 2, (row) => row.gpus),
  dim(column('type', 'TYPE', undefined, 'left', 4, 18, (row) => row.type)),
  column('engine', 'ENGINE', 'engine', 'left', 12, 7, (row) => row.engine ?? MISSING),
  {
    ...column('model', 'MODEL', 'model', 'left', 15, 3, name),
    tone: (row) => (row.engine === undefined ? 'dim' : 'text'),
    most: 34,
  },
  {
    ...column('vram', 'VRAM', 'vram', 'right', 6, 1, (row, { units }) => memory(row.usedBytes, units)),
    tone: () => 'strong',
  },
  column(
    'weights',
    'WEIGHTS',
    'weights',
    'right',
    7,
    12,
    engineOnly((row, { units }) => memory(row.workload?.memory.slices.weightsBytes ?? NONE, units)),
  ),
  column('kv', 'KV USED/CAP', 'kv', 'right', 11, 6, ofWorkload(kvUsedOfCapacity)),
  column(
    'context',
    'CTX',
    'context',
    'right',
    5,
    15,
    ofWorkload(({ config }) => shown(config.contextTokens, tokensShort)),
  ),
  column('requests', 'REQ', 'requests', 'right', 5, 14, ofWorkload(requestCount)),
  column('tokens', 'TOK/S', 'tokens', 'right', 6, 11, ofWorkload(tokenRate)),
  column('per-min', 'PER MIN', 'per-min', 'right', 7, 9, (row) =>
    row.trend === undefined ? '' : formatTrend(row.trend),
  ),
  column('full-in', 'FULL IN', 'full-in', 'right', 9, 5, (row) =>
    row.risk?.eta === undefined ? '' : formatEta(row.risk.eta),
  ),
  column('idle', 'IDLE', 'idle', 'right', 6, 10, ofWorkload(idleTime)),
  { ...column('risk', 'RISK', 'risk', 'left', 7, 4, risk), tone: riskTone },
  column('cpu', 'CPU%', 'cpu', 'right', 5, 16, (row) =>
    shown(row.cpuPercent, (percent) => percent.toFixed(0)),
  ),
  column('resident', 'RES', 'res', 'right', 6, 17, (row, { units }) => memory(row.residentBytes, units)),
  { ...dim(column('command', 'COMMAND', 'command', 'left', 16, 13, command)), most: Infinity },
]

function column(
  id: ColumnId,
  head: string,
  sort: SortColumn | undefined,
  align: 'left' | 'right',
  columns: number,
  rank: number,
  text: ProcessColumn['text'],
): ProcessColumn {
  return { id, head, sort, align, columns, most: columns, rank, text, tone: () => 'text' }
}

function dim(one: ProcessColumn): ProcessColumn {
  return { ...one, tone: () => 'dim' }
}

function ofWorkload(text: (workload: NonNullable<ProcessRow['workload']>) => string): ProcessColumn['text'] {
  return ({ workload }) => (workload === undefined ? '' : text(workload))
}

function engineOnly(text: ProcessColumn['text']): ProcessColumn['text'] {
  return (row, choices) => (row.workload === undefined ? '' : text(row, choices))
}

const NONE = missing('not-reported')

function memory(reading: Reading<number>, units: MemoryUnit): string {
  return shown(reading, units === 'MiB' ? (bytes) => (bytes / 1024 ** 2).toFixed(0) : gibOfColumn)
}

// One unit from top to bottom; what rounds to zero is not zero.
function gibOfColumn(bytes: number): string {
  if (bytes >= GIB) return formatBytesShort(bytes)
  return bytes > 0 && bytes < 0.05 * GIB ? '<0.1G' : `${formatGib(bytes)}G`
}

function name(row: ProcessRow): string {
  // Windows keeps some names to itself
  const own = row.name === '' ? MISSING : row.name
  return row.depth === 0 ? own : `${'  '.repeat(row.depth - 1)}${glyph('branch')}${own}`
}

function risk(row: ProcessRow): string {
  if (row.risk !== undefined) return `${levelGlyph(row.risk.level)} ${riskWord(row.risk.class)}`
  return row.workload === undefined ? '' : glyph('fine')
}

function riskTone(row: ProcessRow): Tone {
  return row.risk?.level ?? 'fine'
}

function command(row: ProcessRow, { commandOffset }: CellChoices): string {
  return skip(drawable(row.command()), commandOffset)
}
