import { formatBytesShort } from '../core/format.ts'
import { glyph, levelGlyph } from './glyphs.ts'
import type { SortColumn } from './process-order.ts'
import type { ProcessRow } from './process-row.ts'
import type { Tone } from './theme.ts'
import { drawable, skip } from './width.ts'
import { formatEta, formatTrend, MISSING, riskWord, shown } from './wording.ts'

/** A column of the process table. */
export interface ProcessColumn {
  readonly head: string
  readonly sort: SortColumn | undefined
  readonly align: 'left' | 'right'
  /** Least columns it takes; `grows` shares what is left, up to `most`. */
  readonly columns: number
  readonly most: number
  /** The lower, the longer it stays when the table gets narrow. */
  readonly rank: number
  readonly text: (row: ProcessRow, view: { readonly commandOffset: number }) => string
  readonly tone: (row: ProcessRow) => Tone
}

/** The columns from left to right. Without a GPU those of GPUs say nothing, and host memory is what counts. */
export function processColumns(hasGpu: boolean): readonly ProcessColumn[] {
  if (hasGpu) return PROCESS_COLUMNS
  const useful = PROCESS_COLUMNS.filter(({ head }) => !GPU_COLUMNS.includes(head))
  return useful.map((one) => (one.head === 'RES' ? { ...one, rank: 1 } : one))
}

const GPU_COLUMNS: readonly string[] = ['GPU', 'TYPE', 'VRAM']

const PROCESS_COLUMNS: readonly ProcessColumn[] = [
  column('PID', 'pid', 'right', 7, 0, (row) => row.pid.toString()),
  column('USER', 'user', 'left', 8, 8, (row) => shown(row.user, (user) => user)),
  column('GPU', 'gpu', 'left', 4, 2, (row) => row.gpus),
  column(
    'TYPE',
    undefined,
    'left',
    4,
    12,
    (row) => row.type,
    () => 'dim',
  ),
  column('ENGINE', 'engine', 'left', 12, 6, (row) => row.engine ?? MISSING),
  {
    ...column(
      'MODEL',
      'model',
      'left',
      17,
      3,
      (row) => row.name,
      (row) => (row.engine === undefined ? 'dim' : 'text'),
    ),
    most: 34,
  },
  column(
    'VRAM',
    'vram',
    'right',
    6,
    1,
    (row) => shown(row.usedBytes, formatBytesShort),
    () => 'strong',
  ),
  column('CPU%', 'cpu', 'right', 5, 10, (row) => shown(row.cpuPercent, (percent) => percent.toFixed(0))),
  column('RES', 'res', 'right', 6, 11, (row) => shown(row.residentBytes, formatBytesShort)),
  column(
    'PER MIN',
    'per-min',
    'right',
    7,
    7,
    ofLeader((row) => (row.trend === undefined ? MISSING : formatTrend(row.trend))),
  ),
  column(
    'FULL IN',
    'full-in',
    'right',
    9,
    5,
    ofLeader((row) => (row.risk?.eta === undefined ? '' : formatEta(row.risk.eta))),
  ),
  column('RISK', 'risk', 'left', 7, 4, ofLeader(risk), riskTone),
  { ...column('COMMAND', 'command', 'left', 16, 9, command, () => 'dim'), most: Infinity },
]

function column(
  head: string,
  sort: SortColumn | undefined,
  align: 'left' | 'right',
  columns: number,
  rank: number,
  text: ProcessColumn['text'],
  tone: ProcessColumn['tone'] = () => 'text',
): ProcessColumn {
  return { head, sort, align, columns, most: columns, rank, text, tone }
}

// What is known of a workload as a whole stands with one of its processes: in each of eight rows it would read as eight times.
function ofLeader(text: (row: ProcessRow) => string): ProcessColumn['text'] {
  return (row) => (row.leads ? text(row) : '')
}

function risk(row: ProcessRow): string {
  if (row.risk !== undefined) return `${levelGlyph(row.risk.level)} ${riskWord(row.risk.class)}`
  return row.engine === undefined ? '' : glyph('fine')
}

function riskTone(row: ProcessRow): Tone {
  return row.risk?.level ?? (row.engine === undefined ? 'dim' : 'fine')
}

function command(row: ProcessRow, { commandOffset }: { readonly commandOffset: number }): string {
  return skip(drawable(row.command), commandOffset)
}
