import { BINDINGS } from '../keymap.ts'
import { fitting, span } from '../line.ts'
import type { Line, Panel, PanelView, Scene } from '../panel.ts'

/** The key bar: the keys that do something now, the most needed ones as long as there is room. */
export const keysPanel: Panel = {
  id: 'keys',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: [bar(scene, size.columns)] }),
}

function bar({ session, ui }: Scene, columns: number): Line {
  const parts = BINDINGS.flatMap(({ bar: entry, action }) =>
    entry === undefined || action(session, ui.paused) === undefined
      ? []
      : [{ rank: entry.rank, line: [span(entry.key, 'key'), span(` ${entry.label(session)}`, 'dim')] }],
  )
  return [span(' '), ...fitting(parts, columns - 1, '  ')]
}
