import { selectedRow } from './cursor.ts'
import { fleetRows } from './fleet-rows.ts'
import { oncePerScene } from './once-per-frame.ts'
import type { Scene } from './panel.ts'
import { cursorOf } from './ui-state.ts'

/** The host under the cursor of the list of hosts, as a scene of its own; undefined where the list is empty. */
export const hostAtCursor = oncePerScene((scene): Scene | undefined => {
  const names = fleetRows(scene).map(({ host }) => host)
  const name = names[selectedRow(cursorOf(scene.ui), names)]
  const seen = scene.hosts.find(({ frame }) => frame.host === name)
  return seen === undefined ? undefined : { ...scene, ...seen }
})
