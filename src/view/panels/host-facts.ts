import { formatBytes, formatDuration } from '../../core/format.ts'
import { both, valueOr } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import { glyph } from '../glyphs.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import type { Tone } from '../theme.ts'
import { clockTime, MISSING, shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** The host's memory in numbers: RAM, swap, pressure, OOM kills; and who died of it. */
export const hostFactsPanel = textPanel(
  'host-facts',
  ({ frame }) => ({ left: [span('Host', 'title'), span(`  ${frame.host}`, 'dim')], right: [] }),
  lines,
)

const LABEL_COLUMNS = 18

function lines(scene: Scene, columns: number): readonly Line[] {
  const { hostMemory, hostLoad } = scene.frame
  const { totalBytes, availableBytes, freeBytes, swapTotalBytes, swapUsedBytes, pressure, oomKills } =
    hostMemory
  const used = both(totalBytes, availableBytes, (total, available) => total - available)
  const ratio = both(used, totalBytes, (part, whole) => (whole > 0 ? part / whole : 0))
  const swapRatio = both(swapUsedBytes, swapTotalBytes, (part, whole) => (whole > 0 ? part / whole : 0))
  return [
    fact('RAM used', `${bytes(used)} of ${bytes(totalBytes)}`),
    ...bar(ratio, columns),
    fact('available', bytes(availableBytes)),
    fact('free', bytes(freeBytes)),
    fact(
      'swap',
      valueOr(swapTotalBytes, 0) === 0 && swapTotalBytes.kind === 'known'
        ? 'none'
        : `${bytes(swapUsedBytes)} of ${bytes(swapTotalBytes)}`,
    ),
    ...(valueOr(swapRatio, 0) > 0 ? bar(swapRatio, columns) : []),
    fact('pressure, some', stalled(pressure.someAvg10Percent), toneOf(pressure.someAvg10Percent)),
    fact('pressure, all', stalled(pressure.fullAvg10Percent), toneOf(pressure.fullAvg10Percent)),
    fact(
      'OOM kills',
      shown(oomKills, (count) => count.toFixed(0)),
      valueOr(oomKills, 0) > 0 ? 'warn' : 'text',
    ),
    fact(
      'load',
      shown(hostLoad.load1, (load) => load.toFixed(1)),
    ),
    fact(
      'up',
      shown(hostLoad.uptimeSeconds, (seconds) => formatDuration(1000 * seconds)),
    ),
    ...deaths(scene),
  ]
}

function fact(name: string, text: string, tone: Tone = 'text'): Line {
  return [span(`  ${name.padEnd(LABEL_COLUMNS)}`, 'dim'), span(text, text === MISSING ? 'dim' : tone)]
}

function bytes(reading: Reading<number>): string {
  return shown(reading, formatBytes)
}

function stalled(reading: Reading<number>): string {
  return shown(reading, (percent) => `${percent.toFixed(1)} % of the last 10 s`)
}

function toneOf(reading: Reading<number>): Tone {
  return valueOr(reading, 0) >= 10 ? 'warn' : 'text'
}

function bar(ratio: Reading<number>, columns: number): readonly Line[] {
  if (ratio.kind === 'missing') return []
  const room = Math.max(1, Math.min(60, columns - 4 - 2))
  const cells = Math.round(Math.min(1, Math.max(0, ratio.value)) * room)
  return [
    [
      span('  '),
      span(glyph('barStart'), 'border'),
      span(glyph('undivided').repeat(cells), 'undivided'),
      span(' '.repeat(room - cells)),
      span(glyph('barEnd'), 'border'),
    ],
  ]
}

function deaths({ frame, ui }: Scene): readonly Line[] {
  return frame.deaths.slice(0, 3).map(({ atElapsedMs, summary }): Line => {
    const at = frame.takenAtEpochMs - (frame.elapsedMs - atElapsedMs)
    return [
      span(`  ${clockTime(at, ui.timeZoneOffsetMinutes).slice(0, 5)} `, 'dim'),
      span('died ', 'warn'),
      span(summary),
    ]
  })
}
