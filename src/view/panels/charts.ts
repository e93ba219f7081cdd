import { formatGib } from '../../core/format.ts'
import { both, valueOr } from '../../core/reading.ts'
import { GIB } from '../../core/units.ts'
import type { Frame } from '../../model/frame.ts'
import type { Risk, RiskClass } from '../../model/risk.ts'
import { roundUp } from '../chart-subject.ts'
import type { ChartSubject, SubjectCurve } from '../chart-subject.ts'
import { chartView } from '../chart-view.ts'
import { gpuMemory } from '../gpu-memory.ts'
import { span } from '../line.ts'
import type { Panel, Scene } from '../panel.ts'
import { curveTone } from '../theme.ts'
import { EMPTY_TRACK } from '../track.ts'

/** Used memory of each GPU against time, with the limit and the predicted ceilings. */
export const memoryChart: Panel = {
  id: 'chart-memory',
  title: () => ({ left: [span('Memory', 'title'), span('  GiB', 'dim')], right: [] }),
  view: (scene, size) => chartView(memorySubject(scene), scene.frame.elapsedMs, size),
}

/** How full the KV caches are. */
export const kvChart: Panel = {
  id: 'chart-kv',
  title: () => ({ left: [span('KV cache', 'title'), span('  % of capacity', 'dim')], right: [] }),
  view: (scene, size) => chartView(kvSubject(scene), scene.frame.elapsedMs, size),
}

/** Host memory that is not available. */
export const hostChart: Panel = {
  id: 'chart-host',
  title: ({ frame }) => ({
    left: [span(hasUnified(frame) ? 'Unified memory' : 'Host RAM', 'title'), span('  GiB', 'dim')],
    right: [],
  }),
  view: (scene, size) => chartView(hostSubject(scene), scene.frame.elapsedMs, size),
}

function memorySubject({ frame, history }: Scene): ChartSubject {
  const gpus = frame.gpus.map((gpu) => ({ gpu, memory: gpuMemory(gpu, frame) }))
  const limits = [...new Set(gpus.flatMap(({ memory }) => valueOr(memory.limitBytes, [])))].sort(
    (a, b) => b - a,
  )
  const yMax = roundUp(Math.max(GIB, ...limits) / GIB) * GIB
  const ceilings = gpus.flatMap(({ gpu, memory }) =>
    memory.ceilingBytes.kind === 'known' && memory.ceilingBytes.value <= yMax
      ? [
          {
            name: gpus.length > 1 ? `ceiling ${gpu.index}` : 'ceiling',
            value: memory.ceilingBytes.value,
            tone: 'ceiling' as const,
          },
        ]
      : [],
  )
  return {
    yMax,
    tick: gib,
    marks: [
      ...limits.slice(0, 2).map((value) => ({ name: 'limit', value, tone: 'limit' as const })),
      ...ceilings.slice(0, 2),
    ],
    curves: gpus.map(({ gpu, memory }, i): SubjectCurve => {
      const risk = frame.risks.find(
        (one) => one.class === 'cuda-oom' && (one.gpu === gpu.uuid || one.gpus.includes(gpu.uuid)),
      )
      return {
        name: `GPU ${gpu.index}`,
        tone: curveTone(i),
        track: history.gpus.get(gpu.uuid) ?? EMPTY_TRACK,
        latest: latest(valueOr(memory.usedBytes, undefined), formatGib),
        forecast: forecast(risk, valueOr(memory.limitBytes, undefined), frame),
      }
    }),
  }
}

function kvSubject({ frame, history }: Scene): ChartSubject {
  const pools = frame.workloads.filter((workload) => workload.kv.usedRatio.kind === 'known')
  return {
    yMax: 1,
    tick: (ratio) => (100 * ratio).toFixed(0),
    marks: [{ name: 'full', value: 1, tone: 'limit' }],
    curves: pools.map((workload, i): SubjectCurve => {
      const risk = frame.risks.find((one) => one.class === 'kv-saturation' && one.workload === workload.id)
      return {
        name: pools.length > 1 ? `${workload.engine} ${workload.rootPid}` : workload.engine,
        tone: curveTone(i),
        track: history.kv.get(workload.id) ?? EMPTY_TRACK,
        latest: latest(valueOr(workload.kv.usedRatio, undefined), (ratio) => `${(100 * ratio).toFixed(0)} %`),
        forecast: forecast(risk, 1, frame),
      }
    }),
  }
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
        latest: latest(valueOr(used, undefined), formatGib),
        forecast: forecast(risk, total, frame),
      },
    ],
  }
}

function hasUnified(frame: Frame): boolean {
  return frame.gpus.some((gpu) => gpu.unifiedMemory)
}

function latest(value: number | undefined, format: (value: number) => string): SubjectCurve['latest'] {
  return value === undefined ? undefined : { value, text: format(value) }
}

// The line to where and when the warning says that it ends.
function forecast(risk: Risk | undefined, value: number | undefined, frame: Frame): SubjectCurve['forecast'] {
  if (risk?.eta === undefined || value === undefined) return undefined
  return { value, atMs: frame.elapsedMs + risk.eta.seconds * 1000 }
}

function gib(bytes: number): string {
  const value = bytes / GIB
  return Number.isInteger(value) ? value.toFixed(0) : value.toFixed(1)
}
