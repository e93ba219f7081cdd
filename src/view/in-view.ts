import { valueOr } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { Advice, Risk } from '../model/risk.ts'
import type { Workload } from '../model/workload.ts'
import { choicesOf } from './choices.ts'
import { selectedRow } from './cursor.ts'
import { gpuInView } from './gpu-in-view.ts'
import type { Scene } from './panel.ts'
import { cursorOf } from './ui-state.ts'
import { topView } from './views.ts'
import { warningRow, warningRows } from './warning-rows.ts'
import type { WarningRow } from './warning-rows.ts'

/** The workload whose detail is open; undefined when it is gone. */
export function workloadInView({ frame, ui }: Scene): Workload | undefined {
  const view = topView(ui.views)
  return view.kind === 'workload' ? frame.workloads.find(({ id }) => id === view.id) : undefined
}

/** The row under the cursor of the list of warnings, or the warning that is open alone. */
export function warningInView(scene: Scene): WarningRow | undefined {
  const view = topView(scene.ui.views)
  if (view.kind === 'warning') return warningRow(scene, view.id)
  const rows = warningRows(scene)
  return rows[
    selectedRow(
      cursorOf(scene.ui),
      rows.map(({ id }) => id),
    )
  ]
}

/** The warnings that a view tells in full. */
export function risksInView(scene: Scene): readonly Risk[] {
  const view = topView(scene.ui.views)
  switch (view.kind) {
    case 'workload':
      return scene.frame.risks.filter((risk) => risk.workload === view.id)
    case 'warnings':
    case 'fleet-warnings':
    case 'warning':
      return [warningInView(scene)?.risk].flatMap((risk) => risk ?? [])
    case 'overview':
      return risksAtCursor(scene)
    case 'gpus':
    case 'gpu':
      return risksOfGpu(scene)
    case 'host':
    case 'fleet':
    case 'help':
      return []
  }
}

// Those of the workload under the cursor, else the worst.
function risksAtCursor(scene: Scene): readonly Risk[] {
  const choice = choicesOf(scene)?.[selectedIndex(scene)]
  const [opens] = choice?.opens ?? []
  const id = opens?.kind === 'workload' ? opens.id : undefined
  const own = scene.frame.risks.filter((risk) => risk.workload === id)
  return own.length > 0 ? own : scene.frame.risks.slice(0, 1)
}

function risksOfGpu(scene: Scene): readonly Risk[] {
  const { uuid } = gpuInView(scene) ?? {}
  return uuid === undefined
    ? []
    : scene.frame.risks.filter(({ gpu, gpus }) => gpu === uuid || gpus.includes(uuid))
}

/** What can be copied from a view, the first advice first; where nothing is advised, the workload's own command. */
export function commandsInView(scene: Scene): readonly string[] {
  const advised = risksInView(scene).flatMap(({ advice }) => advice.flatMap(commandOf))
  const own = workloadInView(scene)?.command ?? []
  return advised.length > 0 || own.length === 0 ? advised : [own.map(quoted).join(' ')]
}

function selectedIndex(scene: Scene): number {
  return selectedRow(
    cursorOf(scene.ui),
    (choicesOf(scene) ?? []).map(({ id }) => id),
  )
}

function commandOf({ command }: Advice): readonly string[] {
  return command === undefined ? [] : [command]
}

// As a shell needs it.
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", "'\\''")}'`
}

/** `0`, `0,1` of the GPUs that it holds memory of. */
export function gpusOf(workload: Workload, gpus: readonly GpuState[]): readonly GpuState[] {
  const held = new Set(workload.memory.perGpu.map(({ uuid }) => uuid))
  return gpus.filter(
    ({ uuid, processes }) =>
      held.has(uuid) || valueOr(processes, []).some((process) => process.workload === workload.id),
  )
}
