import { describeFault } from '../../core/fault.ts'
import { formatGib, formatPercent } from '../../core/format.ts'
import { both, valueOr } from '../../core/reading.ts'
import type { Frame } from '../../model/frame.ts'
import { gpuMemory } from '../gpu-memory.ts'
import { glyph, levelGlyph } from '../glyphs.ts'
import { clipLine, span } from '../line.ts'
import type { Line, Panel, PanelView } from '../panel.ts'
import { shown } from '../wording.ts'
import { usedPercent } from './gpu-parts.ts'

/** For windows too small for a layout: the one thing that matters most. */
export const oneLinePanel: Panel = {
  id: 'one-line',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({
    kind: 'lines',
    lines: [clipLine(fact(scene.frame), size.columns)].slice(0, size.rows),
  }),
}

function fact(frame: Frame): Line {
  const [risk] = frame.risks
  if (risk !== undefined) return [span(`${levelGlyph(risk.level)} `, risk.level), span(risk.summary)]
  return frame.gpus.length === 0 ? withoutGpu(frame) : fullest(frame)
}

function withoutGpu(frame: Frame): Line {
  const [first] = frame.faults
  const { totalBytes, availableBytes } = frame.hostMemory
  const used = both(totalBytes, availableBytes, (total, available) => total - available)
  const ram = `RAM ${shown(used, formatGib)}/${shown(totalBytes, formatGib)} GiB`
  return first === undefined
    ? [span(`${ram}, no GPU`)]
    : [span('! ', 'warn'), span(`${ram}, ${describeFault(first.fault)}`)]
}

function fullest(frame: Frame): Line {
  const [hottest] = frame.gpus
    .map((gpu) => ({ gpu, memory: gpuMemory(gpu, frame) }))
    .toSorted((a, b) => valueOr(usedPercent(b.memory), -1) - valueOr(usedPercent(a.memory), -1))
  if (hottest === undefined) return []
  const { gpu, memory } = hottest
  const numbers = `${shown(memory.usedBytes, formatGib)}/${shown(memory.limitBytes, formatGib)} GiB`
  return [
    span(`${glyph('fine')} `, 'fine'),
    span(`GPU ${gpu.index} ${shown(usedPercent(memory), formatPercent)}, ${numbers}`),
  ]
}
