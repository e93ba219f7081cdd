import { uiAction } from './binding.ts'
import type { KeyAction } from './key-action.ts'
import { actionOf } from './keymap.ts'
import { bodyOf, layout } from './layout.ts'
import type { Click, Line, Scene, Size } from './panel.ts'
import { picture } from './picture.ts'
import { zoomed } from './preferences.ts'
import { logShareAt, rowAt } from './row-at.ts'
import { displayWidth } from './width.ts'

/** Wheel and clicks. */
export interface MouseEvent {
  readonly kind: 'click' | 'wheel-up' | 'wheel-down'
  /** Counted from the top left corner, which is 0, 0. */
  readonly x: number
  readonly y: number
}

/** What the mouse means at a place of the screen; undefined where nothing can be clicked. */
export function mouseAction(scene: Scene, size: Size, event: MouseEvent): KeyAction | undefined {
  return event.kind === 'click' ? clicked(scene, size, event) : wheeled(scene, size, event)
}

// Over charts the wheel brings time nearer, elsewhere, and on a page that is scrolled, it does what arrows do.
function wheeled(scene: Scene, size: Size, { kind, x, y }: MouseEvent): KeyAction | undefined {
  const { ui, session } = scene
  const isUp = kind === 'wheel-up'
  const { lines, rows } = bodyOf(size, scene)
  const isFree = ui.sheet === undefined && ui.prompt === undefined && lines <= rows
  if (!isFree || !isOnChart(scene, size, x, y)) return actionOf(isUp ? 'up' : 'down', session, ui)
  const chartMinutes = zoomed(ui.preferences.chartMinutes, isUp ? 'in' : 'out')
  return uiAction({ kind: 'prefer', change: { chartMinutes } })
}

function isOnChart(scene: Scene, size: Size, x: number, y: number): boolean {
  return layout(size, scene).some(
    ({ panel, rect: { left, top, columns, rows } }) =>
      panel.startsWith('chart-') && x >= left && x < left + columns && y >= top && y < top + rows,
  )
}

// What is drawn says what it does; an open choice is closed by a click beside it.
function clicked(scene: Scene, size: Size, { x, y }: MouseEvent): KeyAction | undefined {
  const does = doneAt(picture(scene, size).lines[y] ?? [], x)
  if (does?.kind === 'press') return actionOf(does.key, scene.session, scene.ui)
  if (does !== undefined) return does
  if (scene.ui.sheet !== undefined) return uiAction({ kind: 'sheet', sheet: undefined })
  const ratio = logShareAt(scene, size, x, y)
  if (ratio !== undefined)
    return { kind: 'source', command: { kind: 'seek-to', place: { kind: 'ratio', ratio } } }
  const index = rowAt(scene, size, x, y)
  return index === undefined ? undefined : uiAction({ kind: 'click', index })
}

function doneAt(line: Line, x: number): Click | undefined {
  let end = 0
  let ofLine: Click | undefined
  for (const { text, does } of line) {
    if (text === '' && does !== undefined) ofLine = does
    end += displayWidth(text)
    if (x < end) return does ?? ofLine
  }
  return undefined
}
