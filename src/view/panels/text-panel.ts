import { clipLine, span } from '../line.ts'
import type { Line, Panel, PanelId, PanelTitle, Scene, Size } from '../panel.ts'

/** A panel of text that knows how many lines it would like. */
export interface TextPanel extends Panel {
  /** Every line, none wider than `columns`; none where there is nothing to say. */
  lines(scene: Scene, columns: number): readonly Line[]
}

/** A panel made of its lines; what finds no room is counted in the last one, and `key` said to show it. */
export function textPanel(
  id: PanelId,
  title: (scene: Scene) => PanelTitle,
  lines: (scene: Scene, columns: number) => readonly Line[],
  key?: string,
): TextPanel {
  const clipped = (scene: Scene, columns: number) =>
    lines(scene, columns).map((line) => clipLine(line, columns))
  return {
    id,
    title,
    lines: clipped,
    view: (scene, size) => ({ kind: 'lines', lines: counted(clipped(scene, size.columns), size, key) }),
  }
}

/** The lines that fit; where some don't, the last one says how many, and which key shows them. */
export function counted(lines: readonly Line[], size: Size, key?: string): readonly Line[] {
  if (lines.length <= size.rows) return lines
  const kept = lines.slice(0, Math.max(0, size.rows - 1))
  const how = key === undefined ? [] : [span(key, 'key'), span(' shows them', 'dim')]
  const note = [
    span(` + ${lines.length - kept.length} more lines${key === undefined ? '' : ': '}`, 'dim'),
    ...how,
  ]
  return size.rows <= 0 ? [] : [...kept, clipLine(note, size.columns)]
}
