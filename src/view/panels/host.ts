import { formatDuration, formatGib, formatPercent } from '../../core/format.ts'
import { both } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import { GIB } from '../../core/units.ts'
import type { Frame } from '../../model/frame.ts'
import { gpuMemory } from '../gpu-memory.ts'
import type { MemoryPicture } from '../gpu-memory.ts'
import { WIDE_COLUMNS } from '../gpu-rows.ts'
import { fitting, lineWidth, span, spread } from '../line.ts'
import type { Ranked } from '../line.ts'
import type { Line, Panel, PanelView, Scene } from '../panel.ts'
import { fit } from '../width.ts'
import { shown } from '../wording.ts'
import { signs } from './gpu-parts.ts'

/** The host in one line: RAM, swap, pressure, OOM kills, load; and what the bars above are made of. */
export const hostPanel: Panel = {
  id: 'host',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: [hostLine(scene, size.columns)] }),
}

/** The same with less of the host and more of the signs. */
export const hostSignsPanel: Panel = {
  id: 'host-signs',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: [narrowLine(scene, size.columns)] }),
}

function hostLine(scene: Scene, columns: number): Line {
  if (isHostUnknown(scene.frame)) return withoutHost(scene, columns)
  if (columns < WIDE_COLUMNS) return narrowLine(scene, columns)
  const all = hostFacts(scene)
  const legend = legendOf(scene, columns - lineWidth(fitting(all, columns, GAP)) - 6, columns)
  const facts = [span(' '), ...fitting(all, columns - lineWidth(legend) - 5, GAP)]
  return spread(facts, [...legend, span(' ')], columns)
}

const GAP = '   '

// Boxes of one or two GPUs have a legend of their own. In short words where otherwise not all bars would be explained: to
// read them matters more than the load.
function legendOf({ frame }: Scene, room: number, columns: number): Line {
  if (frame.gpus.length <= 2) return []
  const long = fitting(signs(memories(frame), false), columns, '  ')
  return lineWidth(long) <= room ? long : fitting(signs(memories(frame), true), Math.floor(columns / 2), ' ')
}

/** Whether what is shown is a log of nvidia-smi alone. */
export function isHostUnknown({ hostMemory: { totalBytes, oomKills } }: Frame): boolean {
  return [totalBytes, oomKills].every((one) => one.kind === 'missing' && one.reason !== 'not-yet-known')
}

function withoutHost(scene: Scene, columns: number): Line {
  const words = [span(' nothing is known of the host', 'dim')]
  const room = Math.max(0, columns - lineWidth(words) - 4)
  const names = signs(memories(scene.frame), columns < WIDE_COLUMNS)
  return spread(words, [...fitting(names, room, '  '), span(' ')], columns)
}

// Where there is little room: what the signs of the bars mean, and the host in two numbers.
function narrowLine(scene: Scene, columns: number): Line {
  const { frame } = scene
  if (isHostUnknown(frame)) return withoutHost(scene, columns)
  if (frame.gpus.length === 0) return [span(' '), ...fitting(hostFacts(scene), columns - 2, '   ')]
  const { totalBytes, availableBytes, swapUsedBytes } = frame.hostMemory
  const used = both(totalBytes, availableBytes, (total, available) => total - available)
  const host: Line = [
    span('RAM ', 'dim'),
    span(`${shown(used, wholeGib)}/${shown(totalBytes, wholeGib)}G`),
    ...(columns < TIGHT_COLUMNS && isNone(swapUsedBytes)
      ? [span(' ')]
      : [span(' swap ', 'dim'), span(`${shown(swapUsedBytes, wholeGib)} `)]),
  ]
  const room = Math.max(0, columns - lineWidth(host) - 3)
  return spread([span(' '), ...fitting(signs(memories(frame), true), room, ' ')], host, columns)
}

// Here signs of the bars would have no room.
const TIGHT_COLUMNS = 70

function isNone(reading: Reading<number>): boolean {
  return reading.kind === 'known' && reading.value < GIB / 2
}

function memories(frame: Frame): readonly MemoryPicture[] {
  return frame.gpus.map((gpu) => gpuMemory(gpu, frame))
}

function wholeGib(bytes: number): string {
  return (bytes / GIB).toFixed(0)
}

function hostFacts({ frame }: Scene): readonly Ranked[] {
  const { totalBytes, availableBytes, swapUsedBytes, pressure, oomKills } = frame.hostMemory
  const used = both(totalBytes, availableBytes, (total, available) => total - available)
  const percent = both(used, totalBytes, (part, whole) => (whole > 0 ? (100 * part) / whole : 0))
  const { load1, uptimeSeconds } = frame.hostLoad
  const stall = pressure.someAvg10Percent
  const kills = shown(oomKills, (count) => count.toFixed(0))
  return [
    {
      rank: 0,
      line: [
        span('RAM ', 'dim'),
        span(`${fit(shown(used, formatGib), 5, 'right')}/${shown(totalBytes, formatGib)} GiB`),
        span(fit(shown(percent, formatPercent), 6, 'right')),
      ],
    },
    {
      rank: 1,
      line: [span('swap ', 'dim'), span(shown(swapUsedBytes, (bytes) => `${formatGib(bytes)} GiB`))],
    },
    {
      rank: 2,
      line: [
        span('pressure ', 'dim'),
        span(
          shown(stall, (value) => `${value.toFixed(1)} %`),
          stall.kind === 'known' && stall.value >= 10 ? 'warn' : 'text',
        ),
      ],
    },
    { rank: 3, line: [span('OOM kills ', 'dim'), span(kills)] },
    { rank: 4, line: [span('load ', 'dim'), span(shown(load1, (load) => load.toFixed(1)))] },
    {
      rank: 5,
      line: [span('up ', 'dim'), span(shown(uptimeSeconds, (seconds) => formatDuration(seconds * 1000)))],
    },
  ]
}
