import type { RiskClass } from '../../model/risk.ts'
import type { Panel, Scene } from '../panel.ts'
import { warningInView } from '../in-view.ts'
import type { View } from '../views.ts'
import { hostChart } from './charts.ts'
import { gpuChart } from './gpu-chart.ts'
import { hasChart, isPoolChart, workloadChart } from './workload-chart.ts'

/** The curve that a warning speaks of: a pool, a workload's memory, a card's, or the host's. */
export const warningChart: Panel = {
  id: 'chart-warning',
  title: (scene) => {
    const told = toldOf(scene)
    return told === undefined ? { left: [], right: [] } : told.panel.title(told.scene)
  },
  view: (scene, size) => {
    const told = toldOf(scene)
    return told === undefined ? { kind: 'lines', lines: [] } : told.panel.view(told.scene, size)
  },
}

/** Whether the warning in view speaks of anything that is drawn. */
export function hasWarningChart(scene: Scene): boolean {
  return toldOf(scene) !== undefined
}

interface Told {
  readonly panel: Panel
  readonly scene: Scene
}

const OF_POOLS: readonly RiskClass[] = ['kv-saturation', 'context-limit']
const OF_HOSTS: readonly RiskClass[] = ['host-oom', 'unified-oom']

function toldOf(scene: Scene): Told | undefined {
  const { risk, host } = warningInView(scene) ?? {}
  const seen = host === undefined ? scene : scene.hosts.find(({ frame }) => frame.host === host)
  if (risk === undefined || seen === undefined) return undefined
  const of = (view: View): Scene => ({ ...scene, ...seen, ui: { ...scene.ui, views: [view] } })
  if (OF_HOSTS.includes(risk.class)) return { panel: hostChart, scene: of({ kind: 'host' }) }
  const workload = of({ kind: 'workload', id: risk.workload ?? '' })
  if (hasChart(workload) && isPoolChart(workload) === OF_POOLS.includes(risk.class))
    return { panel: workloadChart, scene: workload }
  const gpu = seen.frame.gpus.find(({ uuid }) => uuid === risk.gpu)
  return gpu === undefined ? undefined : { panel: gpuChart, scene: of({ kind: 'gpu', uuid: gpu.uuid }) }
}
