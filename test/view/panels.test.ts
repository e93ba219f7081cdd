import { describe, expect, test } from 'vitest'
import { PANELS } from '../../src/view/panels/index.ts'
import type { Panel, Scene } from '../../src/view/panel.ts'
import { panelContract } from '../contracts/panel.contract.ts'
import { SCENES, viewsOf } from '../support/scenes.ts'

// Scenes as they are first seen, and every view of those that have most to tell.
const ALL: Readonly<Record<string, () => Scene>> = {
  ...SCENES,
  ...Object.fromEntries(
    ['two H100', 'tensor parallel', 'hostile names', 'fleet'].flatMap((name) => {
      const scene = SCENES[name]?.()
      return scene === undefined
        ? []
        : Object.entries(viewsOf(name, scene)).map(([view, of]) => [view, () => of] as const)
    }),
  ),
}

describe.each(Object.values<Panel>(PANELS))('$id', (panel) => {
  panelContract(panel, ALL)
})

test('every panel is known by its own id', () => {
  expect(Object.entries<Panel>(PANELS).map(([id, panel]) => panel.id === id)).not.toContain(false)
})
