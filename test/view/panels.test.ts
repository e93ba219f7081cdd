import { describe, expect, test } from 'vitest'
import { PANELS } from '../../src/view/panels/index.ts'
import type { Panel } from '../../src/view/panel.ts'
import { panelContract } from '../contracts/panel.contract.ts'
import { SCENES } from '../support/scenes.ts'

describe.each(Object.values<Panel>(PANELS))('$id', (panel) => {
  panelContract(panel, SCENES)
})

test('every panel is known by its own id', () => {
  expect(Object.entries<Panel>(PANELS).map(([id, panel]) => panel.id === id)).not.toContain(false)
})
