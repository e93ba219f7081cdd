import { SIGNALS } from '../../model/signal.ts'
import { uiAction } from '../binding.ts'
import { glyph } from '../glyphs.ts'
import { clipLine, span } from '../line.ts'
import type { Line, Panel, PanelTitle, PanelView, Scene, Size } from '../panel.ts'
import { SORT_COLUMNS } from '../process-order.ts'
import { rowLine } from '../row-line.ts'
import { setupItems } from '../setup-items.ts'
import type { Sheet } from '../sheet.ts'
import { drawable, fit } from '../width.ts'

/** A choice that is open: what to sort by, which signal, the setup. */
export const sheetPanel: Panel = {
  id: 'sheet',
  title: (scene): PanelTitle =>
    scene.ui.sheet === undefined ? { left: [], right: [] } : titleOf(scene.ui.sheet, scene),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: sheetLines(scene, size) }),
}

/** The lines of the open choice, at most as many as there are rows; none where nothing is open. */
export function sheetLines(scene: Scene, size: Size): readonly Line[] {
  const { sheet } = scene.ui
  if (sheet === undefined || size.rows <= 0) return []
  return linesOf(sheet, scene, size)
    .slice(0, size.rows)
    .map((line) => clipLine(line, size.columns))
}

function titleOf(sheet: Sheet, { ui, session }: Scene): PanelTitle {
  switch (sheet.kind) {
    case 'sort':
      return title(`Sort by  ${SORT_COLUMNS.indexOf(ui.preferences.sort) + 1} of ${SORT_COLUMNS.length}`)
    case 'setup':
      return title(`Setup  ${sheet.index + 1} of ${setupItems(ui.preferences, session).length}`)
    case 'signal':
      return title('Send a signal')
  }
}

function title(left: string): PanelTitle {
  return { left: [span(left, 'title')], right: [] }
}

function linesOf(sheet: Sheet, scene: Scene, size: Size): readonly Line[] {
  switch (sheet.kind) {
    case 'sort':
      return sortLines(scene, size)
    case 'setup':
      return setupLines(sheet.index, scene, size)
    case 'signal':
      return signalLines(sheet)
  }
}

const SORT_CELL = 11

function sortLines({ ui }: Scene, size: Size): readonly Line[] {
  const perLine = Math.max(1, Math.floor((size.columns - 2) / SORT_CELL))
  const rows = Math.ceil(SORT_COLUMNS.length / perLine)
  const arrow = glyph(ui.preferences.reversed ? 'ascending' : 'descending')
  const lines = Array.from({ length: rows }, (_, y) => [
    span(' '),
    ...SORT_COLUMNS.slice(y * perLine, (y + 1) * perLine).map((column) => {
      const chosen = column === ui.preferences.sort
      const text = fit(chosen ? `${glyph('selected')}${column} ${arrow}` : ` ${column}`, SORT_CELL)
      const change = chosen ? { reversed: !ui.preferences.reversed } : { sort: column, reversed: false }
      return {
        ...span(text, chosen ? 'key' : 'text'),
        selected: chosen,
        does: uiAction({ kind: 'prefer', change }),
      }
    }),
  ])
  return around(lines, Math.floor(SORT_COLUMNS.indexOf(ui.preferences.sort) / perLine), size.rows)
}

// As many as there are rows, the one at `index` among them.
function around<T>(all: readonly T[], index: number, rows: number): readonly T[] {
  const first = Math.max(0, Math.min(index - Math.floor(rows / 2), all.length - rows))
  return all.slice(first, first + rows)
}

function setupLines(index: number, { ui, session }: Scene, size: Size): readonly Line[] {
  const items = setupItems(ui.preferences, session)
  return around([...items.entries()], index, Math.min(8, size.rows)).map(([i, { name, value, step }]) => {
    const [before, next] = [step(-1), step(1)]
    const choose = uiAction({ kind: 'sheet', sheet: { kind: 'setup', index: i } })
    return rowLine(
      [
        { ...span(` ${fit(name, 22)}`), does: choose },
        { ...span(`${glyph('arrowLeft')} `, 'dim'), does: before },
        { ...span(value, 'key'), does: next },
        { ...span(` ${glyph('arrowRight')}`, 'dim'), does: next },
      ],
      size.columns,
      i === index,
    )
  })
}

function signalLines({ target, index, asked }: Extract<Sheet, { kind: 'signal' }>): readonly Line[] {
  const { pid, name, user, command } = target
  const who = `process ${pid}, ${name}${user === undefined ? '' : ` of ${user}`}`
  const signal = SIGNALS[index] ?? SIGNALS[0]
  const choice: Line = SIGNALS.map((one, i) => ({
    ...span(`${i === index ? glyph('selected') : ' '}${one} `, i === index ? 'key' : 'text'),
    selected: i === index,
  }))
  const question: Line = asked
    ? [span(` Send ${signal} to ${who}? `, 'critical'), span(' y', 'key'), span(' sends it', 'dim')]
    : [span(` to ${who}`)]
  return [
    [span(' '), ...choice],
    [...question, span(command.length > 1 ? `   ${drawable(command.join(' '))}` : '', 'dim')],
  ]
}
