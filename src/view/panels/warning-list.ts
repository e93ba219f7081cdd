import { firstRow, selectedRow } from '../cursor.ts'
import { glyph, levelGlyph } from '../glyphs.ts'
import { fitLine, span } from '../line.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'
import { rowLine } from '../row-line.ts'
import type { Tone } from '../theme.ts'
import { cursorOf } from '../ui-state.ts'
import { isFleet, topTab } from '../views.ts'
import { warnedHost, warningRows } from '../warning-rows.ts'
import type { WarningRow } from '../warning-rows.ts'
import { fit, wrap } from '../width.ts'
import { clockTime, formatEta } from '../wording.ts'

/** The warnings that stand, and what became of those that were: raised, cleared, come true, and who died. */
export const warningListPanel: Panel = {
  id: 'warning-list',
  title: (scene) => {
    const rows = warningRows(scene)
    const present = rows.filter(({ kind }) => kind === 'now').length
    const where = isFleet(topTab(scene.ui.views)) ? ' of all hosts' : ''
    return {
      left: [
        span(`Warnings${where}`, 'title'),
        span(`  ${present} now, ${rows.length - present} before`, 'dim'),
      ],
      right: [],
    }
  },
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene, size) }),
}

function lines(scene: Scene, size: Size): readonly Line[] {
  const rows = warningRows(scene)
  if (rows.length === 0) return emptyState(size)
  const cursor = cursorOf(scene.ui)
  const ids = rows.map(({ id }) => id)
  const first = firstRow(cursor, ids, size.rows)
  const selected = selectedRow(cursor, ids)
  return rows
    .slice(first, first + Math.max(0, size.rows))
    .map((row, i) => rowLine(line(row, scene, size.columns), size.columns, first + i === selected))
}

function emptyState(size: Size): readonly Line[] {
  const told = (text: string, tone: Tone): readonly Line[] =>
    wrap(text, Math.max(1, size.columns - 4), 3).map((words) => [span(`   ${words}`, tone)])
  const [first = [], ...more] = told(
    'no warning stands, and none has been raised since llmtop began to watch',
    'fine',
  )
  const lines = [
    [span(` ${glyph('fine')}`, 'fine'), ...first.map((part) => ({ ...part, text: part.text.slice(2) }))],
    ...more,
    ...told(
      'a warning says what will happen, to whom and when; here you will find why, and what to do',
      'dim',
    ),
  ]
  return lines.slice(0, size.rows).map((line) => fitLine(line, size.columns))
}

const HOST_COLUMNS = 14
const WORD_COLUMNS = 11

function line(row: WarningRow, { ui }: Scene, columns: number): Line {
  const { risk, kind, summary } = row
  const host = warnedHost(row)
  const eta = risk?.eta !== undefined && kind === 'now' ? formatEta(risk.eta) : ''
  const sign = risk === undefined ? glyph('died') : levelGlyph(risk.level)
  return [
    span(`${clockTime(row.atEpochMs, ui.timeZoneOffsetMinutes).slice(0, columns >= 100 ? 8 : 5)} `, 'dim'),
    span(`${sign} `, toneOf(row)),
    ...fitLine([span(wordOf(row), toneOf(row))], WORD_COLUMNS),
    ...(host === undefined ? [] : [span(fit(host, HOST_COLUMNS), 'strong'), span(' ')]),
    ...(columns >= 100 ? [span(`${fit(eta, 9, 'right')}  `, 'strong')] : []),
    span(summary, kind === 'now' ? 'text' : 'dim'),
  ]
}

function wordOf({ kind, risk }: WarningRow): string {
  switch (kind) {
    case 'now':
      return risk?.level ?? ''
    case 'raised':
      return 'raised'
    case 'cleared':
      return 'cleared'
    case 'came-true':
      return 'came true'
    case 'died':
      return 'died'
  }
}

function toneOf({ kind, risk }: WarningRow): Tone {
  switch (kind) {
    case 'now':
    case 'raised':
      return risk?.level ?? 'unknown'
    case 'cleared':
      return 'fine'
    case 'came-true':
    case 'died':
      return 'critical'
  }
}
