import { describeFault } from '../../core/fault.ts'
import { formatDuration } from '../../core/format.ts'
import { clipLine, fitLine, lineWidth, span } from '../line.ts'
import type { FrameFault } from '../../model/frame.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'

/** What is wrong outside, one sentence each with its age. */
export const faultsPanel: Panel = {
  id: 'faults',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene, size) }),
}

function lines(scene: Scene, size: Size): readonly Line[] {
  const { faults } = scene.frame
  const hidden = faults.length - size.rows
  return faults
    .slice(0, size.rows)
    .map((fault, i) =>
      sentence(fault, i === size.rows - 1 && hidden > 0 ? `+${hidden} more  ` : '', size.columns),
    )
}

function sentence({ fault, ageMs }: FrameFault, more: string, columns: number): Line {
  const age = [span(`  ${more}for ${formatDuration(ageMs)} `, 'dim')]
  const room = Math.max(0, columns - lineWidth(age))
  return clipLine(
    [...fitLine(clipLine([span(' ! ', 'warn'), span(describeFault(fault))], room), room), ...age],
    columns,
  )
}
