import { workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { fit, wrap } from '../width.ts'
import { textPanel } from './text-panel.ts'

/** What the engine could tell and does not, each with what would make it. */
export const gapsPanel = textPanel(
  'gaps',
  () => ({ left: [span('Not seen', 'title'), span('  and how to see it', 'dim')], right: [] }),
  lines,
)

function lines(scene: Scene, columns: number): readonly Line[] {
  return (workloadInView(scene)?.telemetryGaps ?? []).flatMap(({ what, remedy }) => {
    const label = Math.min(24, Math.floor(columns / 3))
    return wrap(remedy, Math.max(1, columns - label - 3), 3).map((text, i): Line => [
      span(`  ${fit(i === 0 ? what : '', label)}`, 'unknown'),
      span(text),
    ])
  })
}
