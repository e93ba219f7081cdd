import { formatBytesShort } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { GpuProcessState, GpuState } from '../../model/frame.ts'
import { gpuInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { fit } from '../width.ts'
import { shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** Every process on one GPU, with its engine. */
export const gpuProcessesPanel = textPanel(
  'gpu-processes',
  (scene) => ({
    left: [
      span('Processes', 'title'),
      span(`  ${valueOr(gpuInView(scene)?.processes ?? NONE, []).length} on this GPU`, 'dim'),
    ],
    right: [],
  }),
  lines,
)

const NONE = { kind: 'missing', reason: 'not-reported' } as const

function lines(scene: Scene, columns: number): readonly Line[] {
  const gpu = gpuInView(scene)
  if (gpu === undefined) return []
  if (gpu.processes.kind === 'missing')
    return [[span(' the driver does not list the processes of this GPU', 'dim')]]
  const largest = gpu.processes.value.toSorted(
    (a, b) => valueOr(b.usedBytes, -1) - valueOr(a.usedBytes, -1) || a.pid - b.pid,
  )
  return largest.length === 0
    ? [[span(` ${noProcess(gpu)}`, 'dim')]]
    : [head(columns), ...largest.map((process) => line(process, gpu, scene, columns))]
}

function noProcess({ unownedReason }: GpuState): string {
  return unownedReason === 'pid-namespace'
    ? 'its processes are in another PID namespace and not seen from here'
    : 'no process holds memory of this GPU'
}

function head(columns: number): Line {
  return cells(['PID', 'USER', 'TYPE', 'MIG', 'VRAM', 'ENGINE', 'COMMAND'], columns).map((cell) => ({
    ...cell,
    tone: 'title',
  }))
}

function line(process: GpuProcessState, gpu: GpuState, { frame }: Scene, columns: number): Line {
  const { host, gpuInstanceId, computeInstanceId } = process
  const workload = frame.workloads.find(({ id }) => id === process.workload)
  const engine = workload === undefined || workload.engine === 'unknown' ? '' : workload.engine
  const command = host === undefined || host.command.length === 0 ? process.name : host.command.join(' ')
  const instance =
    gpu.mig.devices.length > 0 ? `${shown(gpuInstanceId, String)}/${shown(computeInstanceId, String)}` : ''
  return cells(
    [
      process.pid.toString(),
      valueOr(host?.user ?? NONE, ''),
      process.type,
      instance,
      shown(process.usedBytes, formatBytesShort),
      engine,
      command,
    ],
    columns,
  )
}

const WIDTHS = [8, 9, 5, 6, 7, 13] as const

function cells(texts: readonly string[], columns: number): readonly { text: string }[] {
  const fixed = WIDTHS.map((width, i) =>
    span(i === 0 || i === 4 ? `${fit(texts[i] ?? '', width - 1, 'right')} ` : fit(texts[i] ?? '', width)),
  )
  const rest = columns - WIDTHS.reduce((a, b) => a + b, 0)
  return [...fixed, span(fit(texts.at(-1) ?? '', Math.max(0, rest)))]
}
