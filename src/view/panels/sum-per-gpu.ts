import { formatGib } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { Frame } from '../../model/frame.ts'
import type { GpuShare, Workload } from '../../model/workload.ts'
import { span } from '../line.ts'
import { PARTS } from '../memory-parts.ts'
import type { Line } from '../panel.ts'
import { fit } from '../width.ts'
import { shown } from '../wording.ts'

const LABEL_COLUMNS = 18
const CELL_COLUMNS = 7

/** The same sum for each GPU in a column of its own, where a workload holds memory of several. */
export function gpuColumns(workload: Workload, frame: Frame, columns: number): readonly Line[] {
  const shares = workload.memory.perGpu
  if (shares.length < 2) return []
  const count = Math.max(1, Math.floor((columns - LABEL_COLUMNS - 1) / CELL_COLUMNS))
  const hidden = shares.length - count
  const inSight = hidden > 0 ? hottestFirst(shares).slice(0, count) : shares
  const index = new Map(frame.gpus.map((gpu) => [gpu.uuid, gpu.index]))
  const ceilings = valueOr(workload.ceiling, undefined)?.perGpu ?? []
  const line = (
    name: string,
    cell: (share: GpuShare) => string,
    tone: 'text' | 'dim' | 'strong' = 'text',
  ) => [
    span(`  ${fit(name, LABEL_COLUMNS - 2)}`, tone),
    ...inSight.map((share) => span(fit(cell(share), CELL_COLUMNS, 'right'), tone)),
  ]
  const parts = PARTS.filter(([key]) => shares.some(({ slices }) => slices[key].kind === 'known'))
  const note = hidden > 0 ? [[span(`  the fullest ${count} of ${shares.length} GPUs`, 'dim')]] : []
  return [
    [],
    line('GPU', ({ uuid }) => (index.get(uuid) ?? '?').toString(), 'dim'),
    ...parts.map(([key, name]) => line(name, ({ slices }) => shown(slices[key], formatGib))),
    line('total', ({ usedBytes }) => shown(usedBytes, formatGib), 'strong'),
    ...(ceilings.length === 0
      ? []
      : [
          line('predicted', ({ uuid }) => {
            const own = ceilings.find((one) => one.uuid === uuid)
            return own === undefined ? '' : formatGib(own.bytes)
          }),
        ]),
    ...note,
  ]
}

function hottestFirst(shares: readonly GpuShare[]): readonly GpuShare[] {
  return shares.toSorted((a, b) => valueOr(b.usedBytes, 0) - valueOr(a.usedBytes, 0))
}
