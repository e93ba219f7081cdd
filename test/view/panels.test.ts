import { describe, expect, test } from 'vitest'
import { PANELS } from '../../src/view/panels/index.ts'
import type { Panel, Scene } from '../../src/view/panel.ts'
import { EDGES, panelContract } from '../contracts/panel.contract.ts'
import { SCENES, viewsOf } from '../support/scenes.ts'

const FIRST: Readonly<Record<string, Scene>> = Object.fromEntries(
  Object.entries(SCENES).map(([name, make]) => [name, make()]),
)

// Every view of the scenes that have most to tell.
const VIEWS: Readonly<Record<string, Scene>> = {
  ...Object.fromEntries(
    ['two H100', 'tensor parallel', 'hostile names', 'fleet'].flatMap((name) => {
      const scene = FIRST[name]
      return scene === undefined ? [] : Object.entries(viewsOf(name, scene))
    }),
  ),
}

describe.each(Object.values<Panel>(PANELS))('$id', (panel) => {
  panelContract(panel, FIRST)
  panelContract(panel, VIEWS, EDGES)
})

test('every panel is known by its own id', () => {
  expect(Object.entries<Panel>(PANELS).map(([id, panel]) => panel.id === id)).not.toContain(false)
})
