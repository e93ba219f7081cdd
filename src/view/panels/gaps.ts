import { workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { displayWidth, fit, wrap } from '../width.ts'
import { textPanel } from './text-panel.ts'

/** What the engine could tell and does not, each with what would make it. */
export const gapsPanel = textPanel(
  'gaps',
  () => ({ left: [span('Not seen', 'title'), span('  and how to see it', 'dim')], right: [] }),
  lines,
)

function lines(scene: Scene, columns: number): readonly Line[] {
  const gaps = workloadInView(scene)?.telemetryGaps ?? []
  const longest = Math.max(...gaps.map(({ what }) => displayWidth(what)))
  const label = Math.min(Math.max(longest + 1, SHORTEST_LABEL), Math.floor(columns / 2))
  return gaps.flatMap(({ what, remedy }) =>
    wrap(remedy, Math.max(1, columns - label - 3), 3).map((text, i): Line => [
      span(`  ${fit(i === 0 ? what : '', label - 1)} `, 'unknown'),
      span(text),
    ]),
  )
}

const SHORTEST_LABEL = 24
