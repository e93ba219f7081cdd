import type { Frame, GpuState } from '../../model/frame.ts'
import type { MigDevice } from '../../model/snapshot.ts'
import { uiAction } from '../binding.ts'
import { gpuMemory, plainMemory } from '../gpu-memory.ts'
import { GRID_CELL_COLUMNS } from '../gpu-rows.ts'
import { glyph } from '../glyphs.ts'
import type { KeyAction } from '../key-action.ts'
import { clickable, clipLine, fitLine, fitting, lineWidth, span } from '../line.ts'
import type { Line, Size } from '../panel.ts'
import { fit } from '../width.ts'
import { shortGpuName, shown } from '../wording.ts'
import { memoryBar, riskSpan, usedOfLimitShort, vitals, worstRisk } from './gpu-parts.ts'

// A bar shorter than this tells nothing; everything else gives way to it.
const BAR_COLUMNS = 22
const RISK_COLUMNS = 15
const WIDE_ROW_COLUMNS = 110

/** One GPU in one line: index, name, utilisation, temperature, power, bar, numbers, risk. */
export function gpuRow(gpu: GpuState, frame: Frame, columns: number): Line {
  const memory = gpuMemory(gpu, frame)
  const wide = columns >= WIDE_ROW_COLUMNS
  const numbers: Line = [...usedOfLimitShort(memory, frame), span('  '), ...riskCell(gpu, frame, wide)]
  const head = [span(` ${fit(gpu.index.toString(), 2, 'right')} `, 'title')]
  const name = { rank: 3, line: [span(fit(shortGpuName(gpu.name), wide ? 18 : 10), 'title')] }
  const room = columns - lineWidth(head) - lineWidth(numbers) - BAR_COLUMNS - 1
  const facts = fitting([name, ...vitals(gpu, true)], room, wide ? '  ' : ' ')
  const used = lineWidth(head) + lineWidth(facts) + lineWidth(numbers) + 1
  return [...head, ...facts, span(' '), ...memoryBar(memory, columns - used), ...numbers]
}

/** A MIG slice in one line under its GPU. */
export function migRow(device: MigDevice, frame: Frame, columns: number): Line {
  const memory = plainMemory(device.memory)
  const head = [
    span(`    MIG ${device.index} `, 'title'),
    span(fit(`GI ${device.gpuInstanceId} CI ${device.computeInstanceId}`, 12), 'dim'),
  ]
  const numbers = [...usedOfLimitShort(memory, frame), span('  ')]
  const room = columns - lineWidth(head) - lineWidth(numbers)
  return clipLine([...head, ...memoryBar(memory, Math.max(8, room)), ...numbers], columns)
}

/** Opens the GPU alone. */
export function showGpu({ uuid }: GpuState): KeyAction {
  return uiAction({ kind: 'show', view: { kind: 'gpu', uuid } })
}

/** Several GPUs to a line, down the columns; what does not fit is counted. */
export function gpuGrid(frame: Frame, perRow: number, size: Size): readonly Line[] {
  const width = Math.floor(size.columns / perRow)
  const cells = frame.gpus.flatMap((gpu) => [
    clickable(gridCell(gpu, frame, width), showGpu(gpu)),
    ...gpu.mig.devices.map((device) => migRow(device, frame, width)),
  ])
  const room = size.rows * perRow
  const hidden = cells.length - room + 1
  const note = [span(`   + ${hidden} more: make the window higher`, 'dim')]
  const shownCells = cells.length > room ? [...cells.slice(0, room - 1), note] : cells
  const rows = Math.ceil(shownCells.length / perRow)
  return Array.from({ length: rows }, (_, y) =>
    Array.from({ length: perRow }, (__, x) => fitLine(shownCells[x * rows + y] ?? [], width)).flat(),
  )
}

function gridCell(gpu: GpuState, frame: Frame, columns: number): Line {
  const memory = gpuMemory(gpu, frame)
  const risk = worstRisk(frame, gpu)
  const [used, limit, percent] = usedOfLimitShort(memory, frame)
  const numbers = columns < GRID_CELL_COLUMNS ? [percent] : [used, limit, percent]
  const util = span(
    fit(
      shown(gpu.utilization.gpuPercent, (value) => `${value.toFixed(0)}%`),
      5,
      'right',
    ),
    'dim',
  )
  const level = risk === undefined ? span(' ') : span(glyph(risk.level), risk.level)
  const head = [span(fit(gpu.index.toString(), 3, 'right'), 'title'), util, span(' ')]
  const tail = [...numbers, span(' '), level, span(' ')]
  const room = columns - lineWidth(head) - lineWidth(tail)
  return clipLine([...head, ...memoryBar(memory, Math.max(6, room)), ...tail], columns)
}

// The place for risks is kept for all GPUs as soon as one has a risk, so that the bars stay in line.
function riskCell(gpu: GpuState, frame: Frame, wide: boolean): Line {
  if (frame.risks.length === 0) return []
  const risk = riskSpan(worstRisk(frame, gpu))
  return wide ? fitLine([risk], RISK_COLUMNS) : fitLine([{ ...risk, text: risk.text.slice(0, 1) }], 2)
}
