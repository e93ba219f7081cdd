import { formatGib } from '../core/format.ts'
import { valueOr } from '../core/reading.ts'
import { GIB } from '../core/units.ts'
import type { Frame, GpuState } from '../model/frame.ts'
import { forecastOf, latestOf } from './chart-forecast.ts'
import { roundUp } from './chart-subject.ts'
import type { ChartSubject, SubjectCurve } from './chart-subject.ts'
import { gpuMemory } from './gpu-memory.ts'
import type { MemoryPicture } from './gpu-memory.ts'
import { metricOf, metricTop } from './gpu-metric.ts'
import type { GpuMetric, GpuVital } from './gpu-metric.ts'
import { span } from './line.ts'
import type { PanelTitle, Scene } from './panel.ts'
import { curveTone } from './theme.ts'
import { EMPTY_TRACK } from './track.ts'

// As many as there are colours; more could not be told apart.
const MOST_CURVES = 8

/** A curve of the metric for each GPU. */
export function gpuCurves(scene: Scene, metric: GpuMetric): ChartSubject {
  return metric === 'memory' ? memorySubject(scene) : vitalSubject(scene, metric)
}

const TITLES: Readonly<Record<GpuMetric, readonly [name: string, unit: string]>> = {
  memory: ['Memory', 'GiB'],
  utilization: ['GPU utilization', '%'],
  power: ['Power', 'W'],
  temperature: ['Temperature', '°C'],
}

export function gpuMetricTitle({ frame }: Scene, metric: GpuMetric): PanelTitle {
  const [name, unit] = TITLES[metric]
  const count = frame.gpus.length
  return {
    left: [span(name, 'title'), span(`  ${unit}`, 'dim')],
    right: count > MOST_CURVES ? [span(`the fullest ${MOST_CURVES} of ${count} GPUs`, 'dim')] : [],
  }
}

interface Card {
  readonly gpu: GpuState
  readonly memory: MemoryPicture
}

function memorySubject({ frame, history }: Scene): ChartSubject {
  const cards = chosen(frame).map((gpu) => ({ gpu, memory: gpuMemory(gpu, frame) }))
  const limits = [...new Set(cards.flatMap(({ memory }) => valueOr(memory.limitBytes, [])))].sort(
    (a, b) => b - a,
  )
  // some logs say what is used, and not of how much
  const used = cards.flatMap(({ memory }) => valueOr(memory.usedBytes, []))
  const yMax = roundUp(Math.max(GIB, ...limits, ...used) / GIB) * GIB
  return {
    yMax,
    ...(limits.length === 0 ? { growsBy: GIB } : {}),
    tick: (bytes) => Number((bytes / GIB).toFixed(1)).toString(),
    marks: [
      ...limits.slice(0, 2).map((value) => ({ name: 'limit', value, tone: 'limit' as const })),
      ...distinct(cards.flatMap((card) => ceilingMark(card, yMax))).slice(0, 2),
    ],
    curves: cards.map(({ gpu, memory }): SubjectCurve => {
      const risk = frame.risks.find(
        (one) => one.class === 'cuda-oom' && (one.gpu === gpu.uuid || one.gpus.includes(gpu.uuid)),
      )
      return {
        name: `GPU ${gpu.index}`,
        sign: `${gpu.index}`,
        tone: curveTone(gpu.index),
        track: history.gpus.get(gpu.uuid) ?? EMPTY_TRACK,
        latest: latestOf(valueOr(memory.usedBytes, undefined), formatGib),
        forecast: forecastOf(risk, valueOr(memory.limitBytes, undefined), frame),
      }
    }),
  }
}

function ceilingMark({ memory }: Card, yMax: number): ChartSubject['marks'] {
  const { ceilingBytes } = memory
  return ceilingBytes.kind === 'known' && ceilingBytes.value <= yMax
    ? [
        {
          name: `ceil. ${formatGib(ceilingBytes.value)}`,
          value: ceilingBytes.value,
          tone: 'ceiling',
        },
      ]
    : []
}

// Alike cards with alike engines have one ceiling.
function distinct(marks: ChartSubject['marks']): ChartSubject['marks'] {
  return marks.filter(
    ({ value }, i) => marks.findIndex((one) => formatGib(one.value) === formatGib(value)) === i,
  )
}

function vitalSubject({ frame, history }: Scene, metric: GpuVital): ChartSubject {
  const cards = chosen(frame)
  const tops = cards.flatMap((gpu) => valueOr(metricTop(gpu, metric), []))
  const values = cards.flatMap((gpu) => valueOr(metricOf(gpu, metric), []))
  const top = Math.max(1, ...tops, ...values)
  return {
    // a half of which is a whole number, too
    yMax: metric === 'power' ? Math.ceil(top / 20) * 20 : top,
    ...(tops.length === 0 ? { growsBy: 1 } : {}),
    tick: (value) => value.toFixed(0),
    marks:
      metric === 'power' && tops.length > 0
        ? [{ name: 'limit', value: Math.max(...tops), tone: 'limit' }]
        : [],
    curves: cards.map((gpu): SubjectCurve => ({
      name: `GPU ${gpu.index}`,
      sign: `${gpu.index}`,
      tone: curveTone(gpu.index),
      track: history.vitals[metric].get(gpu.uuid) ?? EMPTY_TRACK,
      latest: latestOf(valueOr(metricOf(gpu, metric), undefined), (value) => value.toFixed(0)),
      forecast: undefined,
    })),
  }
}

// Those at risk, then the fullest in steps of a twentieth, so that curves do not come and go with every sample.
function chosen(frame: Frame): readonly GpuState[] {
  if (frame.gpus.length <= MOST_CURVES) return frame.gpus
  const atRisk = new Set(frame.risks.flatMap(({ gpu, gpus }) => [gpu, ...gpus]))
  const rank = (gpu: GpuState) => (atRisk.has(gpu.uuid) ? 100 : fullness(gpu))
  const first = frame.gpus.toSorted((a, b) => rank(b) - rank(a) || a.index - b.index).slice(0, MOST_CURVES)
  return frame.gpus.filter((gpu) => first.includes(gpu))
}

function fullness({ memory }: GpuState): number {
  const total = valueOr(memory.totalBytes, 0)
  return total > 0 ? Math.round((20 * valueOr(memory.usedBytes, 0)) / total) : 0
}
