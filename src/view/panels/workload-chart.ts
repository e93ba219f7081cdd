import { formatCount, formatDuration, formatGib } from '../../core/format.ts'
import { sumOfKnown, valueOr } from '../../core/reading.ts'
import { GIB } from '../../core/units.ts'
import type { GpuState } from '../../model/frame.ts'
import type { Risk } from '../../model/risk.ts'
import type { Trend } from '../../model/trend.ts'
import type { Workload } from '../../model/workload.ts'
import { forecastOf, latestOf } from '../chart-forecast.ts'
import { roundUp } from '../chart-subject.ts'
import type { ChartSubject } from '../chart-subject.ts'
import { chartView } from '../chart-view.ts'
import { limitOf } from '../gpu-memory.ts'
import { glyph } from '../glyphs.ts'
import { gpusOf, workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Panel, Scene } from '../panel.ts'
import { curveTone } from '../theme.ts'
import { EMPTY_TRACK } from '../track.ts'
import { formatTrend } from '../wording.ts'
import { tokensShort } from '../workload-numbers.ts'

/** The curve to watch of one workload: its KV cache where that can fill, else its memory; with where it is going. */
export const workloadChart: Panel = {
  id: 'chart-workload',
  title: (scene) => {
    const workload = workloadInView(scene)
    if (workload === undefined) return { left: [], right: [] }
    const pooled = isPooled(workload)
    const [name, unit] = pooled ? ['KV cache', poolUnit(workload)] : ['Memory', 'GiB of VRAM']
    return {
      left: [span(name, 'title'), span(`  ${unit}`, 'dim')],
      right: [span(pace(pooled ? workload.trend.kv : workload.trend.memory), 'dim')],
    }
  },
  view: (scene, size) => {
    const workload = workloadInView(scene)
    const subject = workload === undefined ? EMPTY : subjectOf(workload, scene)
    return chartView(subject, scene.frame.elapsedMs, size, scene.ui.preferences.chartMinutes)
  },
}

/** Whether there is a curve to show. */
export function hasChart(scene: Scene): boolean {
  const workload = workloadInView(scene)
  return workload !== undefined && (isPooled(workload) || workload.memory.usedBytes.kind === 'known')
}

/** Whether that is the curve of a pool, not of memory. */
export function isPoolChart(scene: Scene): boolean {
  const workload = workloadInView(scene)
  return workload !== undefined && isPooled(workload)
}

function pace(trend: Trend): string {
  switch (trend.kind) {
    case 'growing':
    case 'shrinking':
      return `${perMinute(trend)} per minute`
    case 'steady':
      return 'steady'
    case 'too-short':
      return `a trend needs ${formatDuration(Math.max(0, trend.neededMs - trend.spanMs))} more`
    case 'unknown':
      return trend.why
  }
}

/** In tokens where the curve is in tokens. */
function perMinute(trend: Extract<Trend, { readonly kind: 'growing' | 'shrinking' }>): string {
  const { kind, tokensPerSecond } = trend
  if (tokensPerSecond === undefined) return formatTrend(trend)
  return `${kind === 'growing' ? '+' : glyph('minus')}${formatCount(Math.abs(tokensPerSecond * 60))} tokens`
}

const EMPTY: ChartSubject = { yMax: 1, tick: () => '', marks: [], curves: [] }

function isPooled({ kv }: Workload): boolean {
  return kv.usedRatio.kind === 'known'
}

function poolUnit({ kv }: Workload): string {
  return kv.capacityTokens.kind === 'known' ? 'tokens in use' : '% in use'
}

function subjectOf(workload: Workload, scene: Scene): ChartSubject {
  return isPooled(workload) ? poolSubject(workload, scene) : memorySubject(workload, scene)
}

function poolSubject({ id, kv }: Workload, { frame, history }: Scene): ChartSubject {
  const capacity = valueOr(kv.capacityTokens, undefined)
  const risk = frame.risks.find((one) => one.class === 'kv-saturation' && one.workload === id)
  const words = (ratio: number) =>
    capacity === undefined ? `${(100 * ratio).toFixed(0)} %` : tokensShort(ratio * capacity)
  return {
    yMax: 1,
    tick: (ratio) => (capacity === undefined ? (100 * ratio).toFixed(0) : tokensShort(ratio * capacity)),
    marks: [{ name: 'pool is full', value: 1, tone: 'limit' }],
    ahead: 'whole',
    curves: [
      {
        name: 'in use',
        tone: curveTone(0),
        track: history.kv.get(id) ?? EMPTY_TRACK,
        latest: latestOf(valueOr(kv.usedRatio, undefined), words),
        forecast: forecastOf(risk, 1, frame),
      },
    ],
  }
}

function memorySubject(workload: Workload, { frame, history }: Scene): ChartSubject {
  const { id, memory } = workload
  const gpus = gpusOf(workload, frame.gpus)
  const used = valueOr(memory.usedBytes, undefined)
  const limit = valueOr(sumOfKnown(gpus.map((gpu) => limitOf(gpu.memory))), 0)
  const yMax = roundUp(Math.max(GIB, limit, used ?? 0) / GIB) * GIB
  const risk = frame.risks.find((one) => one.class === 'cuda-oom' && one.workload === id)
  return {
    yMax,
    ...(limit === 0 ? { growsBy: GIB } : {}),
    tick: (bytes) => Number((bytes / GIB).toFixed(1)).toString(),
    marks: memoryMarks(workload, gpus.length, limit, yMax),
    ahead: 'whole',
    curves: [
      {
        name: 'holds',
        tone: curveTone(0),
        track: history.workloads.get(id) ?? EMPTY_TRACK,
        latest: latestOf(used, formatGib),
        forecast: forecastOf(risk, fullAt(used, risk, gpus), frame),
      },
    ],
  }
}

function memoryMarks(
  { ceiling }: Workload,
  gpuCount: number,
  limit: number,
  yMax: number,
): ChartSubject['marks'] {
  const predicted = valueOr(ceiling, undefined)?.bytes ?? Infinity
  const marks: ChartSubject['marks'] = [
    { name: gpuCount > 1 ? 'all its GPUs' : 'limit', value: limit, tone: 'limit' },
    { name: 'ceiling', value: predicted, tone: 'ceiling' },
  ]
  return marks.filter(({ value }) => value > 0 && value <= yMax)
}

// What it will hold when the card that fills first is full.
function fullAt(
  used: number | undefined,
  risk: Risk | undefined,
  gpus: readonly GpuState[],
): number | undefined {
  const hottest = gpus.find(({ uuid }) => uuid === risk?.gpu) ?? gpus[0]
  const free = valueOr(hottest?.memory.freeBytes ?? NONE, undefined)
  return used === undefined || free === undefined ? undefined : used + free
}

const NONE = { kind: 'missing', reason: 'not-reported' } as const
