import { formatBytes, formatDuration, formatGib } from '../../core/format.ts'
import { both, valueOr } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import { glyph } from '../glyphs.ts'
import { fitLine, lineWidth, span } from '../line.ts'
import type { Line, Scene, Span } from '../panel.ts'
import type { Tone } from '../theme.ts'
import { clockTime, MISSING, shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** The host's memory in numbers: RAM, swap, pressure, OOM kills; and who died of it. */
export const hostFactsPanel = textPanel(
  'host-facts',
  ({ frame }) => ({ left: [span('Host', 'title'), span(`  ${frame.host}`, 'dim')], right: [] }),
  lines,
)

const LABEL_COLUMNS = 16
// From here on two facts stand side by side, and four.
const PAIR_COLUMNS = 52
const FOUR_COLUMNS = 112
const LONGEST_BAR = 60

function lines(scene: Scene, columns: number): readonly Line[] {
  const { hostMemory, hostLoad } = scene.frame
  const { totalBytes, availableBytes, freeBytes, swapTotalBytes, swapUsedBytes, pressure, oomKills } =
    hostMemory
  const used = both(totalBytes, availableBytes, (total, available) => total - available)
  const ratio = both(used, totalBytes, (part, whole) => (whole > 0 ? part / whole : 0))
  const swapRatio = both(swapUsedBytes, swapTotalBytes, (part, whole) => (whole > 0 ? part / whole : 0))
  const hasNoSwap = swapTotalBytes.kind === 'known' && swapTotalBytes.value === 0
  const swap = fact('swap', [value(hasNoSwap ? 'none' : `${gib(swapUsedBytes)}/${gib(swapTotalBytes)} GiB`)])
  return [
    ...withBar(fact('RAM used', [value(`${bytes(used)} of ${bytes(totalBytes)}`)]), ratio, columns),
    ...inCells(columns, [
      fact('available', [value(bytes(availableBytes))]),
      fact('free', [value(bytes(freeBytes))]),
      swap,
      fact('OOM kills', [value(shown(oomKills, String), valueOr(oomKills, 0) > 0 ? 'warn' : 'text')]),
    ]),
    ...(valueOr(swapRatio, 0) > 0 ? bar(swapRatio, columns) : []),
    ...inCells(columns, [
      fact('load', [value(shown(hostLoad.load1, (load) => load.toFixed(1)))]),
      fact('up', [value(shown(hostLoad.uptimeSeconds, (seconds) => formatDuration(1000 * seconds)))]),
      fact('pressure, 10 s', [
        ...stalled('some', pressure.someAvg10Percent),
        span('  '),
        ...stalled('full', pressure.fullAvg10Percent),
      ]),
    ]),
    ...deaths(scene),
  ]
}

function fact(name: string, values: Line): Line {
  return [span(`  ${name.padEnd(LABEL_COLUMNS - 2)} `, 'dim'), ...values]
}

// A fact that is wider than a cell takes two.
function inCells(columns: number, facts: readonly Line[]): readonly Line[] {
  const count = columns >= FOUR_COLUMNS ? 4 : columns >= PAIR_COLUMNS ? 2 : 1
  const cell = Math.floor(columns / count)
  const rows: Line[] = []
  let end = columns
  for (const one of facts) {
    const room = cell * Math.min(count, Math.ceil(lineWidth(one) / cell))
    const last = end + room > columns ? undefined : rows.pop()
    const before = last === undefined ? [] : fitLine(last, end)
    rows.push([...before, ...one])
    end = lineWidth(before) + room
  }
  return rows
}

// Behind the fact where the line is long enough, else below it.
function withBar(line: Line, ratio: Reading<number>, columns: number): readonly Line[] {
  const bars = bar(ratio, columns)
  return columns >= FOUR_COLUMNS ? [[line, ...bars].flat()] : [line, ...bars]
}

function value(text: string, tone: Tone = 'text'): Span {
  return span(text, text === MISSING ? 'dim' : tone)
}

function bytes(reading: Reading<number>): string {
  return shown(reading, formatBytes)
}

function gib(reading: Reading<number>): string {
  return shown(reading, formatGib)
}

// For how much of the time some processes, or all of them, have waited for memory.
function stalled(whom: string, reading: Reading<number>): Line {
  const text = shown(reading, (percent) => `${percent.toFixed(1)} %`)
  return [span(`${whom} `, 'dim'), value(text, toneOf(reading))]
}

function toneOf(reading: Reading<number>): Tone {
  return valueOr(reading, 0) >= 10 ? 'warn' : 'text'
}

function bar(ratio: Reading<number>, columns: number): readonly Line[] {
  if (ratio.kind === 'missing') return []
  const room = Math.max(1, Math.min(LONGEST_BAR, columns - 4 - 2))
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
