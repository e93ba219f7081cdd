import type { Frame, GpuState } from '../../model/frame.ts'
import { boxed } from '../frame-lines.ts'
import { gpuMemory } from '../gpu-memory.ts'
import type { MemoryPicture } from '../gpu-memory.ts'
import { gpuMode, LEGEND_IN_PAIR_COLUMNS } from '../gpu-rows.ts'
import { clickable, clipLine, fitting, lineWidth, span, spread } from '../line.ts'
import { noGpu } from '../no-gpu.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'
import { fit } from '../width.ts'
import { shortGpuName } from '../wording.ts'
import { gpuGrid, gpuRow, migRow, showGpu } from './gpu-row.ts'
import {
  condition,
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
  view: (scene, size): PanelView => ({ kind: 'lines', lines: inside(lines(scene, size), size) }),
}

function inside(all: readonly Line[], size: Size): readonly Line[] {
  return all.slice(0, size.rows).map((line) => clipLine(line, size.columns))
}

function lines(scene: Scene, size: Size): readonly Line[] {
  const { frame } = scene
  const mode = gpuMode(frame.gpus, size)
  switch (mode.kind) {
    case 'none':
      return noGpuLines(frame, size.columns)
    case 'boxes':
      return frame.gpus.flatMap((gpu) => opening(gpu, box(gpu, frame, size.columns)))
    case 'pairs':
      return frame.gpus.flatMap((gpu) => opening(gpu, pair(gpu, frame, size.columns)))
    case 'rows':
      return frame.gpus.flatMap((gpu) => opening(gpu, row(gpu, frame, size.columns)))
    case 'grid':
      return gpuGrid(frame, mode.perRow, size)
  }
}

function opening(gpu: GpuState, lines: readonly Line[]): readonly Line[] {
  return lines.map((line) => clickable(line, showGpu(gpu)))
}

function row(gpu: GpuState, frame: Frame, columns: number): readonly Line[] {
  return [gpuRow(gpu, frame, columns), ...gpu.mig.devices.map((device) => migRow(device, frame, columns))]
}

function noGpuLines(frame: Frame, columns: number): readonly Line[] {
  const { why, hint } = noGpu(frame)
  const below = frame.hostMemory.totalBytes.kind === 'known' ? '; below is the memory of the host' : ''
  return [
    clipLine([span(` ${why}${below}`, 'strong')], columns),
    clipLine([span(` ${hint}`, 'dim')], columns),
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
  const right = fitting(
    [...vitals(gpu, false), ...condition(gpu)],
    Math.max(0, columns - lineWidth(left) - 12),
    '  ',
  )
  const inner = [
    bar(memory, frame, columns - 2),
    legendLine(memory, columns - 2),
    ...gpu.mig.devices.map((device) => migRow(device, frame, columns - 2)),
  ]
  return boxed({ left, right }, inner, columns)
}

function bar(memory: MemoryPicture, frame: Frame, columns: number): Line {
  const numbers = usedOfLimit(memory, frame)
  return [span(' '), ...memoryBar(memory, columns - lineWidth(numbers) - 2), ...numbers, span(' ')]
}

function legendLine(memory: MemoryPicture, columns: number): Line {
  const free = [...freeOf(memory), span(' ')]
  const room = columns - 2 - lineWidth(free) - 2
  return spread([span('  '), ...legend(memory, room)], free, columns)
}

// Two lines: who it is and how it fares, then the bar. Wide ones carry the legend with numbers, too.
function pair(gpu: GpuState, frame: Frame, columns: number): readonly Line[] {
  const memory = gpuMemory(gpu, frame)
  const risk = riskSpan(worstRisk(frame, gpu))
  const name: Line = [
    span(` ${gpu.index} ${fit(shortGpuName(gpu.name), Math.min(22, Math.floor(columns / 4)))}`, 'title'),
    ...unifiedBadge(gpu),
  ]
  const numbers = [...usedOfLimitShort(memory, frame), span(' ')]
  const room = columns - lineWidth(name) - lineWidth(numbers) - lineWidth([risk]) - 6
  const facts = fitting([...vitals(gpu, true), ...condition(gpu)], room, ' ')
  const signs =
    columns >= LEGEND_IN_PAIR_COLUMNS ? [span('   '), ...legend(memory, room - lineWidth(facts) - 3)] : []
  const head = spread([...name, span('  '), ...facts, ...signs, span('  '), risk], numbers, columns)
  return [
    head,
    [span(' '), ...memoryBar(memory, columns - 2)],
    ...gpu.mig.devices.map((device) => migRow(device, frame, columns)),
  ]
}

function unifiedBadge(gpu: GpuState): Line {
  return gpu.unifiedMemory ? [span('  unified', 'badge')] : []
}

function riskBadge(risk: Line[number]): Line {
  return risk.text === '' ? [] : [span('  '), risk]
}
