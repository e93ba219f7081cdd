import { formatBytes } from '../../core/format.ts'
import { sumOfKnown } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import type { Frame } from '../../model/frame.ts'
import { uiAction } from '../binding.ts'
import { firstRow, selectedRow } from '../cursor.ts'
import { glyph } from '../glyphs.ts'
import { cell, clipLine, fitLine, span } from '../line.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'
import type { Preferences } from '../preferences.ts'
import { processColumns } from '../process-columns.ts'
import type { CellChoices, ProcessColumn } from '../process-columns.ts'
import { processCount, processRows } from '../process-rows.ts'
import type { ProcessRow } from '../process-row.ts'
import { NO_CURSOR } from '../cursor.ts'
import type { UiState } from '../ui-state.ts'
import { wrap } from '../width.ts'
import { MISSING, WHO_HAS_THEM_OPEN } from '../wording.ts'

/** Every engine, and every process that holds GPU memory beside them. */
export const processesPanel: Panel = {
  id: 'processes',
  title: ({ frame, ui }) => ({
    left: [
      span('Workloads', 'title'),
      span(`  ${countOf(frame)}`, 'dim'),
      ...(ui.filters.overview === '' ? [] : [span('  filter ', 'dim'), span(ui.filters.overview, 'key')]),
    ],
    right: [span(orderOf(ui.preferences), 'dim')],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: table(scene, size) }),
}

function orderOf({ sort, reversed, tree }: Preferences): string {
  return `${tree ? 'tree, ' : ''}sorted by ${sort.replace('-', ' ')}${reversed ? ', reversed' : ''}`
}

function table(scene: Scene, size: Size): readonly Line[] {
  const { frame, ui } = scene
  const { preferences, cursors, filters, commandOffset } = ui
  const rows = processRows(frame, preferences, filters.overview)
  const columns = columnsFor(
    processColumns(frame.gpus.length > 0, preferences.hiddenColumns),
    size.columns - 1,
    ui,
  )
  const heading = head(columns, preferences, size.columns)
  if (rows.length === 0) return [heading, ...emptyState(scene, size)].slice(0, size.rows)
  const ids = rows.map((row) => row.id)
  const inSight = size.rows - 1
  const cursor = cursors.overview ?? NO_CURSOR
  const first = firstRow(cursor, ids, inSight)
  const selected = selectedRow(cursor, ids)
  const choices = { commandOffset, units: preferences.units }
  const lines = rows
    .slice(first, first + Math.max(0, inSight))
    .map((row, i) => line(row, columns, choices, first + i === selected, size.columns))
  return [heading, ...lines].slice(0, size.rows)
}

interface Fitted {
  readonly column: ProcessColumn
  readonly width: number
}

// What the table is sorted by is seen, and so is the command of whoever scrolls it.
function rankOf({ id, sort, rank }: ProcessColumn, { preferences, commandOffset }: UiState): number {
  const isAsked = sort === preferences.sort || (id === 'command' && commandOffset > 0)
  return isAsked ? Math.min(rank, BESIDE_MEMORY) : rank
}

const BESIDE_MEMORY = 1.5

// The most important columns that fit, in their order; what is left goes to those that can grow.
function columnsFor(useful: readonly ProcessColumn[], room: number, ui: UiState): readonly Fitted[] {
  const kept: ProcessColumn[] = []
  let left = room
  for (const column of [...useful].sort((a, b) => rankOf(a, ui) - rankOf(b, ui))) {
    if (column.columns + 1 > left) continue
    kept.push(column)
    left -= column.columns + 1
  }
  return useful
    .filter((column) => kept.includes(column))
    .map((column) => {
      const width = column.columns + Math.min(left, column.most - column.columns)
      left -= width - column.columns
      return { column, width }
    })
}

function head(columns: readonly Fitted[], { sort, reversed }: Preferences, width: number): Line {
  const cells = columns.flatMap(({ column, width: own }) => {
    const sorted = column.sort === sort
    const arrow = glyph(reversed ? 'ascending' : 'descending')
    const text = sorted ? withArrow(column, arrow, own) : column.head
    const title = cell(text, own, column.align, sorted ? 'key' : 'title')
    if (column.sort === undefined) return [{ text: ' ' }, title]
    const change = sorted ? { reversed: !reversed } : { sort: column.sort, reversed: false }
    return [{ text: ' ' }, { ...title, does: uiAction({ kind: 'prefer', change }) }]
  })
  return fitLine(cells, width)
}

function withArrow(column: ProcessColumn, arrow: string, width: number): string {
  return column.head.length + 1 <= width ? column.head + arrow : column.head.slice(0, -1) + arrow
}

function line(
  row: ProcessRow,
  columns: readonly Fitted[],
  choices: CellChoices,
  selected: boolean,
  width: number,
): Line {
  const cells = columns.flatMap(({ column, width: own }, i) => [
    { text: i === 0 && selected ? glyph('selected') : ' ' },
    ...valueCell(column.text(row, choices), own, column, row),
  ])
  const whole = fitLine(cells, width)
  return selected ? whole.map((part) => ({ ...part, selected: true })) : whole
}

// A level may have a ground of its own: it ends with the word.
function valueCell(text: string, width: number, column: ProcessColumn, row: ProcessRow): Line {
  const tone = text === MISSING || text === 'steady' ? 'dim' : column.tone(row)
  return column.id === 'risk' ? fitLine([span(text, tone)], width) : [cell(text, width, column.align, tone)]
}

function emptyState({ frame, ui }: Scene, size: Size): readonly Line[] {
  const words = wrap(
    ui.filters.overview === '' || processCount(frame) === 0
      ? nothingHere(frame)
      : `none of ${processCount(frame)} rows passes the filter; Esc drops it`,
    Math.max(1, size.columns - 3),
    size.rows - 1,
  )
  return words.map((text) => clipLine([span(`  ${text}`, 'dim')], size.columns))
}

// None is no count where nobody has listed them.
function countOf(frame: Frame): string {
  const count = processCount(frame)
  return count === 0 && areUnlisted(frame) ? MISSING : count.toString()
}

function areUnlisted({ gpus }: Frame): boolean {
  return gpus.length > 0 && gpus.every(({ processes }) => processes.kind === 'missing')
}

function nothingHere(frame: Frame): string {
  if (frame.gpus.length === 0)
    return 'no engine runs here yet: start one, such as llama-server or vllm, and it appears'
  if (frame.gpus.some((gpu) => gpu.unownedReason === 'pid-namespace'))
    return "the processes are in another PID namespace; start the container with '--pid=host' to see them"
  if (frame.source.kind === 'prometheus')
    return 'Prometheus knows of no engine there, and of no process: llmtop on that host shows them'
  if (areUnlisted(frame)) return 'it is not reported which processes use the memory'
  const unownedBytes = sumOfKnown(
    frame.gpus
      .filter(({ unownedReason }) => unownedReason === 'unknown')
      .map((gpu): Reading<number> => gpu.unownedBytes),
  )
  if (unownedBytes.kind === 'known' && unownedBytes.value > 0)
    return `${formatBytes(unownedBytes.value)} of GPU memory are in use, but no process is listed: ${WHO_HAS_THEM_OPEN}`
  if (frame.gpus.some((gpu) => gpu.unownedReason === 'exited-process'))
    return 'no process holds GPU memory any more; that of one that has ended is not yet given back'
  return 'no process holds GPU memory yet: start a model, and it appears here with what holds its memory'
}
