import { formatGib } from '../../core/format.ts'
import { both, valueOr } from '../../core/reading.ts'
import { GIB } from '../../core/units.ts'
import type { Frame } from '../../model/frame.ts'
import type { RiskClass } from '../../model/risk.ts'
import type { Workload } from '../../model/workload.ts'
import { forecastOf, latestOf } from '../chart-forecast.ts'
import { roundUp } from '../chart-subject.ts'
import type { ChartSubject, SubjectCurve } from '../chart-subject.ts'
import { chartView, labelWidth } from '../chart-view.ts'
import { gpuCurves, gpuMetricTitle } from '../gpu-curves.ts'
import type { GpuVital } from '../gpu-metric.ts'
import { span } from '../line.ts'
import { oncePerScene } from '../once-per-frame.ts'
import type { Panel, PanelId, PanelView, Room, Scene } from '../panel.ts'
import { curveTone } from '../theme.ts'
import { EMPTY_TRACK, oldestPoint } from '../track.ts'
import { workloadName } from '../workload-name.ts'

/** Used memory of each GPU against time, with the limit and the predicted ceilings; or what else the user chose. */
export const memoryChart: Panel = {
  id: 'chart-memory',
  title: (scene) => gpuMetricTitle(scene, scene.ui.preferences.chartMetric),
  view: (scene, room) => drawn('chart-memory', scene, room),
}

/** What else GPUs report, where a high screen has a row of charts for it. */
export function vitalChart(vital: GpuVital): Panel {
  const id = `chart-${vital}` as const
  return {
    id,
    title: (scene) => gpuMetricTitle(scene, vital),
    view: (scene, room) => drawn(id, scene, room),
  }
}

/** How full the KV caches are. */
export const kvChart: Panel = {
  id: 'chart-kv',
  title: ({ frame }) => {
    const count = poolsOf(frame).length
    return {
      left: [span('KV cache', 'title'), span('  % of capacity', 'dim')],
      right: count > MOST_CURVES ? [span(`the fullest ${MOST_CURVES} of ${count}`, 'dim')] : [],
    }
  },
  view: (scene, room) => drawn('chart-kv', scene, room),
}

/** Host memory that is not available. */
export const hostChart: Panel = {
  id: 'chart-host',
  title: ({ frame }) => ({
    left: [span(hasUnified(frame) ? 'Unified memory' : 'Host RAM', 'title'), span('  GiB', 'dim')],
    right: [],
  }),
  view: (scene, room) => drawn('chart-host', scene, room),
}

const MOST_CURVES = 8
const PID_DIGITS = 7

type ChartId = keyof typeof SUBJECTS

function drawn(panel: ChartId, scene: Scene, room: Room): PanelView {
  const { frame, ui } = scene
  const inRow = CHARTS.filter((chart) => room.shared?.panels.includes(chart) === true)
  const labelColumns = Math.max(0, ...inRow.map((chart) => labelWidth(SUBJECTS[chart](scene))))
  const beside = { ...timeOfAll(scene), labelColumns }
  return chartView({ ...SUBJECTS[panel](scene), beside }, frame.elapsedMs, room, ui.preferences.chartMinutes)
}

const SUBJECTS = {
  'chart-memory': oncePerScene((scene) => gpuCurves(scene, scene.ui.preferences.chartMetric)),
  'chart-kv': oncePerScene(kvSubject),
  'chart-host': oncePerScene(hostSubject),
  'chart-utilization': oncePerScene((scene) => gpuCurves(scene, 'utilization')),
  'chart-power': oncePerScene((scene) => gpuCurves(scene, 'power')),
  'chart-temperature': oncePerScene((scene) => gpuCurves(scene, 'temperature')),
} as const satisfies Partial<Record<PanelId, (scene: Scene) => ChartSubject>>

const CHARTS = Object.keys(SUBJECTS) as readonly ChartId[]

const timeOfAll = oncePerScene(timeOf)

const DRAWN_AHEAD: readonly RiskClass[] = ['cuda-oom', 'kv-saturation', 'host-oom', 'unified-oom']

// The longest past of all, and a place for forecasts as soon as one of them has one.
function timeOf({ frame, history }: Scene): Omit<NonNullable<ChartSubject['beside']>, 'labelColumns'> {
  const tracks = [history.host, ...history.gpus.values(), ...history.kv.values()]
  const starts = tracks.flatMap((track) => oldestPoint(track)?.atMs ?? [])
  const isAhead = frame.risks.some((risk) => DRAWN_AHEAD.includes(risk.class) && risk.eta !== undefined)
  return {
    seenMs: starts.length === 0 ? undefined : frame.elapsedMs - Math.min(...starts),
    aheadMs: isAhead ? 0 : undefined,
  }
}

function poolsOf(frame: Frame): readonly Workload[] {
  return frame.workloads.filter((workload) => workload.kv.usedRatio.kind === 'known')
}

function kvSubject({ frame, history }: Scene): ChartSubject {
  const pools = poolsOf(frame)
  const fullest = pools.toSorted((a, b) => fullness(b) - fullness(a)).slice(0, MOST_CURVES)
  return {
    yMax: 1,
    tick: (ratio) => (100 * ratio).toFixed(0),
    marks: [{ name: 'full', value: 1, tone: 'limit' }],
    // a colour belongs to a pool, not to its place in the order
    curves: pools.flatMap((workload, i): readonly SubjectCurve[] => {
      if (!fullest.includes(workload)) return []
      const risk = frame.risks.find((one) => one.class === 'kv-saturation' && one.workload === workload.id)
      return [
        {
          name: pools.length > 1 ? workloadName(workload) : workload.engine,
          // of `vllm 4200` the process
          sign: workloadName(workload).split(' ').at(-1)?.slice(0, PID_DIGITS) ?? '',
          tone: curveTone(i),
          track: history.kv.get(workload.id) ?? EMPTY_TRACK,
          latest: latestOf(
            valueOr(workload.kv.usedRatio, undefined),
            (ratio) => `${(100 * ratio).toFixed(0)} %`,
          ),
          forecast: forecastOf(risk, 1, frame),
        },
      ]
    }),
  }
}

// In steps, so that curves do not come and go with every sample.
function fullness({ kv }: Workload): number {
  return Math.round(20 * valueOr(kv.usedRatio, 0))
}

function hostSubject({ frame, history }: Scene): ChartSubject {
  const { totalBytes, availableBytes } = frame.hostMemory
  const total = valueOr(totalBytes, GIB)
  const used = both(totalBytes, availableBytes, (all, available) => all - available)
  const fatal: readonly RiskClass[] = ['host-oom', 'unified-oom']
  const risk = frame.risks.find((one) => fatal.includes(one.class))
  return {
    yMax: roundUp(total / GIB) * GIB,
    tick: gib,
    marks: [{ name: 'total', value: total, tone: 'limit' }],
    curves: [
      {
        name: 'used',
        tone: curveTone(4),
        track: history.host,
        latest: latestOf(valueOr(used, undefined), formatGib),
        forecast: forecastOf(risk, total, frame),
      },
    ],
  }
}

function hasUnified(frame: Frame): boolean {
  return frame.gpus.some((gpu) => gpu.unifiedMemory)
}

function gib(bytes: number): string {
  const value = bytes / GIB
  return Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)
}
