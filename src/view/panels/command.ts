import { workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { drawable, skip, wrap } from '../width.ts'
import { textPanel } from './text-panel.ts'

const MOST_LINES = 40

/** The command that started a workload, whole. */
export const commandPanel = textPanel(
  'command',
  (scene) => ({
    left: [span('Command', 'title')],
    right: scene.ui.commandOffset > 0 ? [span(`from column ${scene.ui.commandOffset + 1}`, 'dim')] : [],
  }),
  lines,
)

function lines(scene: Scene, columns: number): readonly Line[] {
  const command = workloadInView(scene)?.command.join(' ') ?? ''
  return wrap(skip(drawable(command), scene.ui.commandOffset), Math.max(1, columns - 2), MOST_LINES).map(
    (text) => [span(` ${text}`)],
  )
}
