import { rowOf } from '../../view/chart-subject.ts'
import type { Curve, Size } from '../../view/panel.ts'
import type { Theme, Tone } from '../../view/theme.ts'

/** A few characters in cells of a plot. */
export interface CurveSign {
  readonly x: number
  readonly y: number
  readonly text: string
  readonly tone: Tone
}

/**
 * What is written on curves that no colour tells apart, again and again from the newest value backwards; each curve begins
 * at a place of its own, so that those that lie on each other are all named.
 * @param size of the plot in cells
 */
export function curveSigns(curves: readonly Curve[], theme: Theme, size: Size): readonly CurveSign[] {
  const named = curves.filter(({ sign, tone }) => sign !== undefined && theme[tone]?.fg === undefined)
  if (named.length < 2) return []
  const free = freeCells(size)
  return named.flatMap((curve, i) => {
    const end = Math.floor(curve.columns.findLastIndex((range) => range !== undefined) / 2)
    const places = Array.from({ length: Math.ceil(size.columns / EVERY_COLUMNS) }, (_, k) => {
      const text = curve.sign ?? ''
      const x = end - text.length - EVERY_COLUMNS * k - (i * EVERY_COLUMNS) / named.length
      return signAt(curve, Math.ceil(x), text, size.rows)
    })
    return places.filter((place) => place !== undefined).filter(free)
  })
}

const EVERY_COLUMNS = 24

function signAt(curve: Curve, x: number, text: string, rows: number): CurveSign | undefined {
  const range = curve.columns[2 * x]
  if (range === undefined || x < 0) return undefined
  return { x, y: rowOf((range.low + range.high) / 2, rows), text, tone: curve.tone }
}

// Where signs would touch, the first one stands.
function freeCells({ columns }: Size): (place: CurveSign) => boolean {
  const taken = new Set<number>()
  return ({ x, y, text }) => {
    const cells = Array.from({ length: text.length + 2 }, (_, i) => y * (columns + 2) + x + i)
    if (cells.some((cell) => taken.has(cell))) return false
    for (const cell of cells.slice(1, -1)) taken.add(cell)
    return true
  }
}
