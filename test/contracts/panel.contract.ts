import { expect, test } from 'vitest'
import { displayWidth } from '../../src/view/width.ts'
import type { Panel, PanelTitle, PanelView, Scene } from '../../src/view/panel.ts'

const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
export interface Sizes {
  readonly columns: readonly number[]
  readonly rows: readonly number[]
}

const ALL: Sizes = {
  columns: [1, 2, 5, 10, 19, 20, 38, 46, 58, 60, 78, 80, 99, 100, 118, 120, 200, 300],
  rows: [1, 2, 3, 4, 8, 16, 40, 80],
}
/** The edges of layouts, for scenes that differ in little from others. */
export const EDGES: Sizes = { columns: [1, 20, 58, 78, 118, 300], rows: [1, 3, 16, 80] }

/** What every panel keeps, on every scene and at every size. */
export function panelContract(
  panel: Panel,
  scenes: Readonly<Record<string, Scene>>,
  sizes: Sizes = ALL,
): void {
  test.each(Object.keys(scenes))(
    `${panel.id} of %s stays within its size and holds no control characters`,
    (name) => {
      const scene = scenes[name]
      if (scene === undefined) throw new Error(`no scene ${name}`)
      const wrong = sizes.columns.flatMap((columns) =>
        sizes.rows.flatMap((rows) => {
          const view = panel.view(scene, { columns, rows })
          return problems(view, columns, rows).map((problem) => `${columns}×${rows}: ${problem}`)
        }),
      )
      expect(wrong).toEqual([])
      expect(titleText(panel.title(scene))).not.toMatch(CONTROL)
    },
  )

  test.each(Object.keys(scenes))(`${panel.id} of %s is the same for the same scene`, (name) => {
    const once = scenes[name]
    if (once === undefined) throw new Error(`no scene ${name}`)
    const again = { ...once, frame: structuredClone(once.frame) }
    const size = { columns: 100, rows: 20 }
    expect(panel.view(again, size)).toEqual(panel.view(once, size))
  })
}

function problems(view: PanelView, columns: number, rows: number): readonly string[] {
  const tooHigh = view.lines.length > rows ? [`${view.lines.length} lines`] : []
  const lines = view.lines.flatMap((line, y) => {
    const text = line.map((span) => span.text).join('')
    const width = displayWidth(text)
    const tooWide = width > columns ? [`line ${y} is ${width} wide`] : []
    return CONTROL.test(text) ? [...tooWide, `line ${y} holds a control character`] : tooWide
  })
  return [...tooHigh, ...lines, ...plotProblems(view, columns, rows)]
}

function plotProblems(view: PanelView, columns: number, rows: number): readonly string[] {
  if (view.kind === 'lines') return []
  const { plot, chart } = view
  const inside = plot.left + plot.columns <= columns && plot.top + plot.rows <= rows
  const fits = chart.curves.every((curve) => curve.columns.length === plot.columns * 2)
  return [...(inside ? [] : ['the plot sticks out']), ...(fits ? [] : ['a curve does not fit its plot'])]
}

function titleText(title: PanelTitle): string {
  return [...title.left, ...title.right].map((span) => span.text).join('')
}
