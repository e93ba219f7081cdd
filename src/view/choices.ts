import type { SignalTarget } from '../model/signal.ts'
import { gpuProcessRows } from './gpu-process-rows.ts'
import { fleetRows } from './fleet-rows.ts'
import { hostRows } from './host-rows.ts'
import { gpuInView } from './gpu-in-view.ts'
import type { Scene } from './panel.ts'
import { processRows, rowOfWorkload } from './process-rows.ts'
import type { Choice } from './sight.ts'
import { topView } from './views.ts'
import type { View } from './views.ts'
import { warningRows } from './warning-rows.ts'

/** All that the cursor can stand on in the view in sight, in order; undefined where the view is a text to be read. */
export function choicesOf(scene: Scene): readonly Choice[] | undefined {
  const view = topView(scene.ui.views)
  switch (view.kind) {
    case 'overview':
      return tableChoices(scene)
    case 'gpus':
      return scene.frame.gpus.map(({ uuid }) => ({ id: uuid, opens: [{ kind: 'gpu', uuid }] }))
    case 'gpu':
      return gpuProcessRows(gpuInView(scene)).map(({ id, process, target }) => ({
        id,
        opens: workload(process.workload),
        process: target,
      }))
    case 'host':
      return hostRows(scene.frame).map(({ id, opens, process }) => ({ id, opens: workload(opens), process }))
    case 'warnings':
    case 'fleet-warnings':
      return warningRows(scene).map(({ id, host, risk }) => ({
        id,
        opens: [...(host === undefined ? [] : [OVERVIEW]), warningView(scene, id, risk?.workload)],
        ...(host === undefined ? {} : { host }),
      }))
    case 'fleet':
      return fleetRows(scene).map(({ host }) => ({ id: host, host, opens: [OVERVIEW] }))
    case 'workload':
    case 'warning':
    case 'help':
      return undefined
  }
}

/** The process that the view as a whole is about. */
export function processInView(scene: Scene): SignalTarget | undefined {
  const view = topView(scene.ui.views)
  return view.kind === 'workload' ? rowOfWorkload(scene.frame, view.id)?.process : undefined
}

const OVERVIEW: View = { kind: 'overview' }

function tableChoices({ frame, ui }: Scene): readonly Choice[] {
  return processRows(frame, ui.preferences, ui.filters.overview).map(({ id, opens, process }) => ({
    id,
    opens: workload(opens),
    process,
  }))
}

function workload(id: string | undefined): readonly View[] {
  return id === undefined ? [] : [{ kind: 'workload', id }]
}

function warningView(scene: Scene, id: string, workloadId: string | undefined): View {
  const lives = scene.hosts.some(({ frame }) => frame.workloads.some((one) => one.id === workloadId))
  return workloadId !== undefined && lives ? { kind: 'workload', id: workloadId } : { kind: 'warning', id }
}

/** Why nothing can be signalled here; undefined where it can. */
export function noSignal({ frame, session }: Scene): string | undefined {
  if (session.kind === 'replay') return 'a replay has no processes to signal'
  if (frame.source.kind !== 'local') return `processes of ${frame.host} are signalled there, not from here`
  return undefined
}
