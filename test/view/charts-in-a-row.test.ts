import { expect, test } from 'vitest'
import type { Scene } from '../../src/view/panel.ts'
import type { Preferences } from '../../src/view/preferences.ts'
import { picture } from '../../src/view/picture.ts'
import { twoH100 } from '../support/scene-two-h100.ts'
import { many } from '../support/scene-many.ts'

const SCENES: Readonly<Record<string, Scene>> = {
  'two H100': twoH100(),
  'many processes': many(),
}

test.each(Object.keys(SCENES))('%s: the charts of a row have one axis of time, at every width', (name) => {
  const different: string[] = []
  for (const minutes of ['auto', 60] as const) {
    for (let columns = 92; columns <= 300; columns++) {
      const axes = axesOf(withMinutes(SCENES[name] ?? twoH100(), minutes), columns)
      if (axes.length < 2 || new Set(axes).size > 1)
        different.push(`${columns}, ${minutes}: ${axes.join(' ')}`)
    }
  }
  expect(different).toEqual([])
})

type ChartMinutes = Preferences['chartMinutes']

function withMinutes(scene: Scene, chartMinutes: ChartMinutes): Scene {
  const preferences = { ...scene.ui.preferences, chartMinutes }
  return { ...scene, ui: { ...scene.ui, preferences } }
}

// The line below each plot, as wide as the plot.
function axesOf(scene: Scene, columns: number): readonly string[] {
  const { lines, plots } = picture(scene, { columns, rows: 50 })
  return plots.map(({ rect }) => {
    const text = lines[rect.top + rect.rows]?.map((span) => span.text).join('') ?? ''
    return text.slice(rect.left, rect.left + rect.columns)
  })
}
