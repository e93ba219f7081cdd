import { glyph } from '../glyphs.ts'
import { cell, clipLine, fitLine, span } from '../line.ts'
import type { Line, Panel, PanelView, Scene, Size, Span } from '../panel.ts'
import { processColumns } from '../process-columns.ts'
import type { ProcessColumn } from '../process-columns.ts'
import { processCount, processRows } from '../process-rows.ts'
import type { ProcessRow } from '../process-row.ts'
import { firstRow, selectedRow } from '../ui-state.ts'
import type { UiState } from '../ui-state.ts'
import { wrap } from '../width.ts'
import { MISSING } from '../wording.ts'

/** Every process that holds GPU memory, joined to what is known of its workload. */
export const processesPanel: Panel = {
  id: 'processes',
  title: (scene) => ({
    left: [span('Processes', 'title'), span(`  ${processCount(scene.frame)}`, 'dim')],
    right: [
      span(`sorted by ${scene.ui.sort.replace('-', ' ')}${scene.ui.reversed ? ', reversed' : ''}`, 'dim'),
    ],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: table(scene, size) }),
}

function table(scene: Scene, size: Size): readonly Line[] {
  const rows = processRows(scene.frame, scene.ui)
  const columns = columnsFor(processColumns(scene.frame.gpus.length > 0), size.columns - 1)
  if (rows.length === 0)
    return [head(columns, scene.ui, size.columns), ...emptyState(scene, size)].slice(0, size.rows)
  const ids = rows.map((row) => row.id)
  const inSight = size.rows - 1
  const first = firstRow(scene.ui, ids, inSight)
  const selected = selectedRow(scene.ui, ids)
  const lines = rows
    .slice(first, first + Math.max(0, inSight))
    .map((row, i) => line(row, columns, scene.ui, first + i === selected, size.columns))
  return [head(columns, scene.ui, size.columns), ...lines].slice(0, size.rows)
}

interface Fitted {
  readonly column: ProcessColumn
  readonly width: number
}

// The most important columns that fit, in their order; what is left goes to those that can grow.
function columnsFor(useful: readonly ProcessColumn[], room: number): readonly Fitted[] {
  const kept: ProcessColumn[] = []
  let left = room
  for (const column of [...useful].sort((a, b) => a.rank - b.rank)) {
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

function head(columns: readonly Fitted[], ui: UiState, width: number): Line {
  const cells = columns.flatMap(({ column, width: own }) => {
    const sorted = column.sort === ui.sort
    const arrow = glyph(ui.reversed ? 'ascending' : 'descending')
    const title = cell(
      sorted ? withArrow(column, arrow, own) : column.head,
      own,
      column.align,
      sorted ? 'key' : 'title',
    )
    return [{ text: ' ' }, title]
  })
  return fitLine(cells, width)
}

function withArrow(column: ProcessColumn, arrow: string, width: number): string {
  return column.head.length + 1 <= width ? column.head + arrow : column.head.slice(0, -1) + arrow
}

function line(
  row: ProcessRow,
  columns: readonly Fitted[],
  ui: UiState,
  selected: boolean,
  width: number,
): Line {
  const cells = columns.flatMap(({ column, width: own }, i) => [
    { text: i === 0 && selected ? glyph('selected') : ' ' },
    valueCell(column.text(row, ui), own, column, row),
  ])
  const whole = fitLine(cells, width)
  return selected ? whole.map((part) => ({ ...part, selected: true })) : whole
}

function valueCell(text: string, width: number, column: ProcessColumn, row: ProcessRow): Span {
  return cell(text, width, column.align, text === MISSING || text === 'steady' ? 'dim' : column.tone(row))
}

function emptyState({ frame }: Scene, size: Size): readonly Line[] {
  const hidden = frame.gpus.some((gpu) => gpu.unownedReason === 'pid-namespace')
  const unlisted = frame.gpus.length > 0 && frame.gpus.every((gpu) => gpu.processes.kind === 'missing')
  const words = wrap(
    sentence(frame.gpus.length > 0, hidden, unlisted),
    Math.max(1, size.columns - 3),
    size.rows - 1,
  )
  return words.map((text) => clipLine([span(`  ${text}`, 'dim')], size.columns))
}

function sentence(hasGpu: boolean, hidden: boolean, unlisted: boolean): string {
  if (!hasGpu) return 'no process to show'
  if (hidden)
    return "the processes are in another PID namespace; start the container with '--pid=host' to see them"
  if (unlisted) return 'the driver does not list the processes of this GPU'
  return 'no process holds GPU memory'
}
