import { formatGib, formatPercent } from '../../core/format.ts'
import { both, valueOr } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import type { Frame, GpuState } from '../../model/frame.ts'
import type { Risk } from '../../model/risk.ts'
import { sliceGlyph, stackedBar } from '../bar.ts'
import { limitOf, memoryOf, SLICE_KINDS } from '../gpu-memory.ts'
import type { MemoryPicture, SliceKind } from '../gpu-memory.ts'
import { glyph, levelGlyph } from '../glyphs.ts'
import { fitting, lineWidth, span } from '../line.ts'
import type { Ranked } from '../line.ts'
import type { Line, Span } from '../panel.ts'
import { fit } from '../width.ts'
import { formatEta, MISSING, riskWord, shown } from '../wording.ts'

const SLICE_NAMES: Readonly<Record<SliceKind, string>> = {
  weights: 'weights',
  kvUsed: 'KV in use',
  kvReserved: 'KV reserved',
  activations: 'activations',
  dynamic: 'dynamic',
  undivided: 'not divided',
  others: 'others',
  unowned: 'unowned',
  free: 'free',
  reserved: 'driver',
}

const SHORT_NAMES: Readonly<Partial<Record<SliceKind, string>>> = {
  kvUsed: 'KV',
  kvReserved: 'reserved',
  activations: 'activ.',
}

/** The memory bar with the mark of the predicted ceiling. */
export function memoryBar(memory: MemoryPicture, columns: number): Line {
  const mark = both(memory.ceilingBytes, memory.totalBytes, (ceiling, total) => ceiling / total)
  return stackedBar(memory.slices, columns, valueOr(mark, undefined))
}

/** Used of the limit as percent, 0–100. */
export function usedPercent(memory: MemoryPicture): Reading<number> {
  return both(memory.usedBytes, memory.limitBytes, (used, limit) => (limit > 0 ? (100 * used) / limit : 0))
}

/** ` 71.4 / 79.2 GiB  90 %`, steady in width and the same for all GPUs of a frame. */
export function usedOfLimit(memory: MemoryPicture, frame: Frame): Line {
  const { used, limit } = usedAndLimit(memory, frame)
  return [
    span(used, 'strong'),
    span(` / ${limit} GiB `),
    span(fit(shown(usedPercent(memory), formatPercent), 5, 'right'), 'strong'),
  ]
}

/** ` 71.4/79.2G  90%`, for rows. */
export function usedOfLimitShort(
  memory: MemoryPicture,
  frame: Frame,
): readonly [used: Span, limit: Span, percent: Span] {
  const { used, limit } = usedAndLimit(memory, frame)
  const percent = shown(usedPercent(memory), (value) => `${value.toFixed(0)}%`)
  return [span(used, 'strong'), span(`/${limit}G`), span(fit(percent, 5, 'right'), 'strong')]
}

/**
 * `█ weights 15.0  ▓ KV in use 41.8 …`: what the bar's characters mean, in GiB; empty slices are left out, and the least
 * important ones where there is no room. In short words where otherwise more than the driver's own would be missing.
 */
export function legend(memory: MemoryPicture, columns: number): Line {
  const long = legendParts(memory, false)
  const important = long.filter(({ rank }) => rank < SLICE_KINDS.indexOf('unowned'))
  const parts = widthOf(important) <= columns ? long : legendParts(memory, true)
  return fitting(parts, Math.max(0, columns), LEGEND_GAP)
}

const LEGEND_GAP = '  '

function widthOf(parts: readonly Ranked[]): number {
  return parts.reduce(
    (columns, { line }) => columns + lineWidth(line) + LEGEND_GAP.length,
    -LEGEND_GAP.length,
  )
}

function legendParts(memory: MemoryPicture, short: boolean): readonly Ranked[] {
  const slices = SLICE_KINDS.flatMap((kind, i) => {
    const bytes = memory.slices[kind] ?? 0
    return bytes < SMALLEST_SHOWN || kind === 'free'
      ? []
      : [{ rank: i, line: entry(kind, formatGib(bytes), short) }]
  })
  return [...slices, ...ceilingEntry(memory, short)]
}

/** The legend's signs without numbers, of all slices that any of the GPUs has. */
export function signs(memories: readonly MemoryPicture[], short: boolean): readonly Ranked[] {
  const kinds = SLICE_KINDS.filter(
    (kind) => kind !== 'free' && memories.some((memory) => (memory.slices[kind] ?? 0) >= SMALLEST_SHOWN),
  )
  const parts = kinds.map((kind, i) => ({
    rank: i,
    line: [
      span(sliceGlyph(kind), kind),
      span(short ? (SHORT_NAMES[kind] ?? SLICE_NAMES[kind]) : ` ${SLICE_NAMES[kind]}`, 'dim'),
    ],
  }))
  const hasCeiling = memories.some((memory) => memory.ceilingBytes.kind === 'known')
  const ceiling = {
    rank: 5,
    line: [span(glyph('ceiling'), 'ceiling'), span(short ? 'ceiling' : ' ceiling', 'dim')],
  }
  return hasCeiling ? [...parts, ceiling] : parts
}

/** `util  62 %   54 °C   412/700 W   P0`, or short: ` 62%  54°  412W`. */
export function vitals(gpu: GpuState, short: boolean): readonly Ranked[] {
  const watts = shown(gpu.powerWatts, (value) => value.toFixed(0))
  const limit = shown(gpu.powerLimitWatts, (value) => value.toFixed(0))
  const percent = shown(gpu.utilization.gpuPercent, (value) => `${value.toFixed(0)}${short ? '%' : ' %'}`)
  const degrees = shown(
    gpu.temperatureCelsius,
    (value) => value.toFixed(0) + glyph('degree') + (short ? '' : 'C'),
  )
  return [
    { rank: 0, line: [span(short ? '' : 'util ', 'dim'), span(fit(percent, short ? 4 : 5, 'right'))] },
    { rank: 1, line: [span(fit(degrees, short ? 4 : 5, 'right'))] },
    { rank: 2, line: [span(short ? fit(`${watts}W`, 5, 'right') : fit(`${watts}/${limit} W`, 9, 'right'))] },
  ]
}

/** `P0`, and why the card is slower than it could be. */
export function condition(gpu: GpuState): readonly Ranked[] {
  return [
    {
      rank: 3,
      line: gpu.performanceState.kind === 'known' ? [span(fit(gpu.performanceState.value, 2), 'dim')] : [],
    },
    { rank: 4, line: gpu.throttle.length > 0 ? [span(`slowed: ${gpu.throttle.join(', ')}`, 'warn')] : [] },
  ]
}

/** The worst risk about this GPU. */
export function worstRisk(frame: Frame, gpu: GpuState): Risk | undefined {
  return frame.risks.find((risk) => risk.gpu === gpu.uuid || risk.gpus.includes(gpu.uuid))
}

/** `▲ oom 4–6 min`. */
export function riskSpan(risk: Risk | undefined): Span {
  if (risk === undefined) return span('')
  const eta = risk.eta === undefined ? '' : ` ${formatEta(risk.eta)}`
  return span(`${levelGlyph(risk.level)} ${riskWord(risk.class)}${eta}`, risk.level)
}

/** Free bytes at the end of a legend. */
export function freeOf(memory: MemoryPicture): Line {
  const free = memory.slices.free
  return [span('free ', 'dim'), span(fit(free === undefined ? MISSING : formatGib(free), 5, 'right'))]
}

// Less than the last digit shows would read as zero.
const SMALLEST_SHOWN = 0.05 * 1024 ** 3

function usedAndLimit(
  memory: MemoryPicture,
  frame: Frame,
): { readonly used: string; readonly limit: string } {
  const limits = frame.gpus.map((gpu) => shown(limitOf(memoryOf(gpu, frame)), formatGib).length)
  const columns = Math.max(4, ...limits)
  return {
    used: fit(shown(memory.usedBytes, formatGib), columns + 1, 'right'),
    limit: fit(shown(memory.limitBytes, formatGib), columns, 'right'),
  }
}

function entry(kind: SliceKind, number: string, short: boolean): Line {
  const long = kind === 'dynamic' ? 'dynamic (KV, activations)' : SLICE_NAMES[kind]
  const name = short ? (SHORT_NAMES[kind] ?? SLICE_NAMES[kind]) : ` ${long}`
  return [span(sliceGlyph(kind), kind), span(`${name} `, 'dim'), span(fit(number, 4, 'right'))]
}

function ceilingEntry(memory: MemoryPicture, short: boolean): readonly Ranked[] {
  const { ceilingBytes, totalBytes } = memory
  if (ceilingBytes.kind === 'missing' || totalBytes.kind === 'missing') return []
  const gib = formatGib(ceilingBytes.value)
  const isOver = ceilingBytes.value > totalBytes.value
  const words = isOver ? `ceiling over the card (${gib})` : `ceiling ${gib}`
  const text = short ? `ceiling ${gib}${isOver ? ', over' : ''}` : ` ${words}`
  return [{ rank: 2, line: [span(glyph('ceiling'), 'ceiling'), span(text)] }]
}
