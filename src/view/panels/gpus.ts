import { describeFault } from '../../core/fault.ts'
import type { Frame, GpuState } from '../../model/frame.ts'
import type { MigDevice } from '../../model/snapshot.ts'
import { boxed } from '../frame-lines.ts'
import { gpuMemory } from '../gpu-memory.ts'
import type { MemoryPicture } from '../gpu-memory.ts'
import { gpuMode, WIDE_COLUMNS } from '../gpu-rows.ts'
import { clipLine, fitLine, fitting, lineWidth, span, spread } from '../line.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'
import { fit } from '../width.ts'
import { shortGpuName } from '../wording.ts'
import { gpuGrid, gpuRow, migRow } from './gpu-row.ts'
import {
  freeOf,
  legend,
  memoryBar,
  riskSpan,
  usedOfLimit,
  usedOfLimitShort,
  vitals,
  worstRisk,
} from './gpu-parts.ts'

/** The GPUs with their memory bars, as roomy as the place allows. It draws its own boxes. */
export const gpusPanel: Panel = {
  id: 'gpus',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene, size).slice(0, size.rows) }),
}

function lines(scene: Scene, size: Size): readonly Line[] {
  const { frame } = scene
  const mode = gpuMode(frame.gpus, size)
  switch (mode.kind) {
    case 'none':
      return noGpu(frame, size.columns)
    case 'boxes':
      return frame.gpus.flatMap((gpu) => box(gpu, frame, size.columns))
    case 'pairs':
      return frame.gpus.flatMap((gpu) => pair(gpu, frame, size.columns))
    case 'rows':
      return frame.gpus.flatMap((gpu) => [
        gpuRow(gpu, frame, size.columns),
        ...gpu.mig.devices.map((device) => migRow(device, size.columns)),
      ])
    case 'grid':
      return gpuGrid(frame, mode.perRow, size)
  }
}

function noGpu(frame: Frame, columns: number): readonly Line[] {
  const [first] = frame.faults
  const why = first === undefined ? 'nvidia-smi reports none' : describeFault(first.fault)
  return [
    clipLine([span(' no GPU to show: ', 'strong'), span(why)], columns),
    clipLine(
      [span(" what the host's memory does is shown below; without a GPU at hand try 'llmtop demo'", 'dim')],
      columns,
    ),
  ]
}

function box(gpu: GpuState, frame: Frame, columns: number): readonly Line[] {
  const memory = gpuMemory(gpu, frame)
  const risk = riskSpan(worstRisk(frame, gpu))
  const left: Line = [
    span(`GPU ${gpu.index}  ${shortGpuName(gpu.name)}`, 'title'),
    ...unifiedBadge(gpu),
    ...riskBadge(risk),
  ]
  const right = fitting(vitals(gpu), Math.max(0, columns - lineWidth(left) - 12), '   ')
  const inner = [
    bar(memory, columns - 2),
    legendLine(memory, columns - 2),
    ...gpu.mig.devices.map((device) => slice(device, columns - 2)),
  ]
  return boxed({ left, right }, inner, columns)
}

function bar(memory: MemoryPicture, columns: number): Line {
  const numbers = usedOfLimit(memory)
  return [span(' '), ...memoryBar(memory, columns - lineWidth(numbers) - 2), ...numbers, span(' ')]
}

function legendLine(memory: MemoryPicture, columns: number): Line {
  const free = [...freeOf(memory), span(' ')]
  const room = columns - 2 - lineWidth(free) - 2
  return spread([span('  '), ...fitting(legend(memory), room, '  ')], free, columns)
}

function slice(device: MigDevice, columns: number): Line {
  return fitLine(migRow(device, columns), columns)
}

// Two lines: who it is and how it fares, then the bar. Wide ones carry the legend with numbers, too.
function pair(gpu: GpuState, frame: Frame, columns: number): readonly Line[] {
  const memory = gpuMemory(gpu, frame)
  const risk = riskSpan(worstRisk(frame, gpu))
  const name: Line = [
    span(` ${gpu.index} ${fit(shortGpuName(gpu.name), Math.min(24, columns - 50))}`, 'title'),
    ...unifiedBadge(gpu),
  ]
  const numbers = [...usedOfLimitShort(memory), span(' ')]
  const room = columns - lineWidth(name) - lineWidth(numbers) - lineWidth([risk]) - 6
  const middle = fitting(
    columns >= WIDE_COLUMNS ? [...vitals(gpu), ...legend(memory)] : vitals(gpu),
    room,
    '  ',
  )
  const head = spread([...name, span('  '), ...middle, span('  '), risk], numbers, columns)
  return [
    head,
    [span(' '), ...memoryBar(memory, columns - 2)],
    ...gpu.mig.devices.map((device) => migRow(device, columns)),
  ]
}

function unifiedBadge(gpu: GpuState): Line {
  return gpu.unifiedMemory ? [span('  unified', 'badge')] : []
}

function riskBadge(risk: Line[number]): Line {
  return risk.text === '' ? [] : [span('  '), risk]
}
