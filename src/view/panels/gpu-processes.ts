import { formatBytesShort } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { GpuState } from '../../model/frame.ts'
import { firstRow, selectedRow } from '../cursor.ts'
import { gpuProcessRows } from '../gpu-process-rows.ts'
import type { GpuProcessRow } from '../gpu-process-rows.ts'
import { gpuInView } from '../gpu-in-view.ts'
import { fitLine, span } from '../line.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'
import { rowLine } from '../row-line.ts'
import { cursorOf } from '../ui-state.ts'
import { topView } from '../views.ts'
import { drawable, fit, skip } from '../width.ts'
import { MISSING, shown } from '../wording.ts'
import { counted } from './text-panel.ts'

/** Every process on one GPU, with its engine; where that GPU is looked at alone, the cursor moves among them. */
export const gpuProcessesPanel: Panel = {
  id: 'gpu-processes',
  title: (scene) => ({
    left: [span('Processes', 'title'), span(`  ${countOf(gpuInView(scene))} on this GPU`, 'dim')],
    right: [],
  }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene, size) }),
}

/** How many lines they would like. */
export function gpuProcessLines(scene: Scene): number {
  return Math.max(1, 1 + gpuProcessRows(gpuInView(scene)).length)
}

function lines(scene: Scene, size: Size): readonly Line[] {
  const gpu = gpuInView(scene)
  if (gpu === undefined || size.rows <= 0) return []
  const rows = gpuProcessRows(gpu)
  if (rows.length === 0) return [fitLine([span(` ${noProcess(gpu)}`, 'dim')], size.columns)]
  const layout = { hasInstances: gpu.mig.devices.length > 0, isNarrow: size.columns < NARROW_COLUMNS }
  const texts = rows.map((row) => cells(rowTexts(row, scene), layout))
  const head = fitLine(
    cells(HEAD, layout).map((one) => ({ ...one, tone: 'title' as const })),
    size.columns,
  )
  if (topView(scene.ui.views).kind !== 'gpu')
    return counted([head, ...texts.map((one) => fitLine(one, size.columns))], size, 'Enter')
  const ids = rows.map(({ id }) => id)
  const first = firstRow(cursorOf(scene.ui), ids, size.rows - 1)
  const selected = selectedRow(cursorOf(scene.ui), ids)
  const inSight = texts.slice(first, first + size.rows - 1)
  return [
    head,
    ...inSight.map(([blank, ...rest], i) =>
      rowLine([{ text: (blank?.text ?? ' ').slice(1) }, ...rest], size.columns, first + i === selected),
    ),
  ]
}

function countOf(gpu: GpuState | undefined): string {
  return gpu?.processes.kind === 'missing' ? MISSING : gpuProcessRows(gpu).length.toString()
}

function noProcess({ processes, unownedReason }: GpuState): string {
  if (processes.kind === 'missing') return 'it is not reported which processes use its memory'
  switch (unownedReason) {
    case 'pid-namespace':
      return 'its processes are in another PID namespace, not seen here'
    case 'unknown':
      return 'none is listed, although its memory is in use'
    case 'exited-process':
      return 'none any more; memory of one that has ended is not yet given back'
    case 'driver':
    case undefined:
      return 'no process holds memory of this GPU'
  }
}

interface Texts {
  readonly pid: string
  readonly user: string
  readonly type: string
  readonly instance: string
  readonly vram: string
  readonly cpu: string
  readonly resident: string
  readonly engine: string
  readonly command: string
}

const HEAD: Texts = {
  pid: 'PID',
  user: 'USER',
  type: 'TYPE',
  instance: 'MIG',
  vram: 'VRAM',
  cpu: 'CPU%',
  resident: 'RES',
  engine: 'ENGINE',
  command: 'COMMAND',
}

function rowTexts({ process }: GpuProcessRow, { frame, ui }: Scene): Texts {
  const { host, gpuInstanceId, computeInstanceId } = process
  const workload = frame.workloads.find(({ id }) => id === process.workload)
  const command = host === undefined || host.command.length === 0 ? process.name : host.command.join(' ')
  return {
    pid: process.pid.toString(),
    user: host === undefined ? '' : valueOr(host.user, ''),
    type: process.type,
    instance: `${shown(gpuInstanceId, String)}/${shown(computeInstanceId, String)}`,
    vram: shown(process.usedBytes, formatBytesShort),
    cpu: host === undefined ? '' : shown(host.cpuPercent, (percent) => percent.toFixed(0)),
    resident: host === undefined ? '' : shown(host.residentBytes, formatBytesShort),
    engine: workload === undefined || workload.engine === 'unknown' ? '' : workload.engine,
    command: skip(drawable(command), ui.commandOffset),
  }
}

// In less there is no room for both an engine and a command.
const NARROW_COLUMNS = 76

interface Layout {
  readonly hasInstances: boolean
  readonly isNarrow: boolean
}

function cells(texts: Texts, { hasInstances, isNarrow }: Layout): Line {
  return [
    span(fit(texts.pid, 8, 'right')),
    span(` ${fit(texts.user, 9)}`),
    span(fit(texts.type, 5)),
    span(hasInstances ? fit(texts.instance, 6) : ''),
    span(fit(texts.vram, 7, 'right'), 'strong'),
    span(fit(texts.cpu, 6, 'right')),
    span(fit(texts.resident, 8, 'right')),
    ...(isNarrow && texts.engine !== ''
      ? [span(`  ${texts.engine}`)]
      : [span(`  ${isNarrow ? '' : fit(texts.engine, 13)}`), span(texts.command, 'dim')]),
  ]
}
