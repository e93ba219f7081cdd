import type { Line, PanelId, Scene } from './panel.ts'
import { isGone } from './wording.ts'

/** Panels of present values of one host; charts and warnings have their times in themselves. */
const PRESENT: ReadonlySet<PanelId> = new Set<PanelId>([
  'cgroups',
  'gpu-facts',
  'gpu-list',
  'gpu-processes',
  'gpus',
  'host',
  'host-facts',
  'host-processes',
  'processes',
  'settings',
  'slots',
  'sum',
])

/** The lines of a panel; dimmed where they are the last values of a host that no longer answers. */
export function dated(panel: PanelId, { frame }: Scene, lines: readonly Line[]): readonly Line[] {
  if (!isGone(frame.link) || !PRESENT.has(panel)) return lines
  return lines.map((line) => line.map((part) => ({ ...part, tone: 'dim' })))
}
