import { both, map, valueOr } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import type { GpuState } from '../../model/frame.ts'
import { forecastOf, latestOf } from '../chart-forecast.ts'
import type { ChartSubject, SubjectCurve } from '../chart-subject.ts'
import { chartView } from '../chart-view.ts'
import { gpuMemory } from '../gpu-memory.ts'
import { gpuInView } from '../gpu-in-view.ts'
import { span } from '../line.ts'
import type { Panel, Scene } from '../panel.ts'
import { curveTone } from '../theme.ts'
import { EMPTY_TRACK } from '../track.ts'
import type { Track } from '../track.ts'

/** Memory, utilisation and power of one GPU, each as a share of what it can reach. */
export const gpuChart: Panel = {
  id: 'chart-gpu',
  title: () => ({
    left: [span('History', 'title'), span('  % of memory, of time busy, of the power limit', 'dim')],
    right: [],
  }),
  view: (scene, size) => {
    const gpu = gpuInView(scene)
    const subject = gpu === undefined ? EMPTY : subjectOf(gpu, scene)
    return chartView(subject, scene.frame.elapsedMs, size, scene.ui.preferences.chartMinutes)
  },
}

const EMPTY: ChartSubject = { yMax: 100, tick: percent, marks: [], curves: [] }

function subjectOf(gpu: GpuState, { frame, history }: Scene): ChartSubject {
  const memory = gpuMemory(gpu, frame)
  const share = (reading: Reading<number>) =>
    both(reading, memory.limitBytes, (bytes, limit) => (100 * bytes) / Math.max(1, limit))
  const ceiling = share(memory.ceilingBytes)
  const risk = frame.risks.find((one) => one.class === 'cuda-oom' && one.gpus.includes(gpu.uuid))
  const limit = valueOr(memory.limitBytes, 0)
  const watts = valueOr(gpu.powerLimitWatts, 0)
  const power = map(gpu.powerWatts, (value) => (100 * value) / Math.max(1, watts))
  const { vitals, gpus } = history
  return {
    yMax: 100,
    tick: percent,
    marks:
      ceiling.kind === 'known' && ceiling.value <= 100
        ? [{ name: 'ceiling', value: ceiling.value, tone: 'ceiling' }]
        : [],
    curves: [
      ...(limit > 0
        ? [
            {
              ...curve('memory', 0, gpus.get(gpu.uuid), share(memory.usedBytes)),
              top: limit,
              forecast: forecastOf(risk, 100, frame),
            },
          ]
        : []),
      curve('busy', 1, vitals.utilization.get(gpu.uuid), gpu.utilization.gpuPercent),
      ...(watts > 0 ? [{ ...curve('power', 2, vitals.power.get(gpu.uuid), power), top: watts }] : []),
    ],
  }
}

function curve(name: string, tone: number, track: Track | undefined, now: Reading<number>): SubjectCurve {
  return {
    name,
    sign: name.slice(0, 1),
    tone: curveTone(tone),
    track: track ?? EMPTY_TRACK,
    latest: latestOf(valueOr(now, undefined), (value) => `${value.toFixed(0)} %`),
    forecast: undefined,
  }
}

function percent(value: number): string {
  return value.toFixed(0)
}
