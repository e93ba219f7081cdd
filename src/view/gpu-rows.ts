import type { Frame, GpuState } from '../model/frame.ts'
import type { Size } from './panel.ts'

/**
 * How much room each GPU gets: `boxes` a frame with bar and legend, `pairs` two lines, `rows` one line,
 * `grid` several GPUs to a line.
 */
export type GpuMode =
  { readonly kind: 'none' | 'boxes' | 'pairs' | 'rows' } | { readonly kind: 'grid'; readonly perRow: number }

/** Columns from which a GPU's box has room for its legend with numbers. */
export const WIDE_COLUMNS = 100
/** Columns from which two lines of a GPU have room for it; below that the line of the host says what bars are made of. */
export const LEGEND_IN_PAIR_COLUMNS = 160
/** Columns of a cell of a grid; below that there is room for its percent, and not for its GiB. */
export const GRID_CELL_COLUMNS = 38
const SLIM_CELL_COLUMNS = 28

/** The roomiest way that fits into `size`; the last one is cut when even that is too high. */
export function gpuMode(gpus: readonly GpuState[], size: Size): GpuMode {
  const fits = modes(gpus, size.columns).find((mode) => rowsOf(mode, gpus) <= size.rows)
  return fits ?? modes(gpus, size.columns).at(-1) ?? { kind: 'none' }
}

/** Rows that the GPUs would like of at most `size.rows`: boxes and pairs only where much remains for the rest. */
export function gpuRowsWanted(frame: Frame, size: Size): number {
  const modest = modes(frame.gpus, size.columns).find(
    (mode) => rowsOf(mode, frame.gpus) <= size.rows * share(mode),
  )
  return modest === undefined ? size.rows : rowsOf(modest, frame.gpus)
}

function modes(gpus: readonly GpuState[], columns: number): readonly GpuMode[] {
  if (gpus.length === 0) return [{ kind: 'none' }]
  const boxes: readonly GpuMode[] = columns >= WIDE_COLUMNS ? [{ kind: 'boxes' }] : []
  const few: readonly GpuMode[] = gpus.length <= 2 ? [...boxes, { kind: 'pairs' }] : []
  // names of slices have no room in slim cells
  const isSliced = gpus.some((gpu) => gpu.mig.devices.length > 0)
  const slim = Math.max(gridColumns(columns), Math.floor(columns / SLIM_CELL_COLUMNS))
  const grid = { kind: 'grid', perRow: gridColumns(columns) } as const
  return [...few, { kind: 'rows' }, grid, ...(isSliced ? [] : [{ ...grid, perRow: slim }])]
}

/** How many GPUs of a grid stand side by side. */
export function gridColumns(columns: number): number {
  return Math.max(1, Math.floor(columns / GRID_CELL_COLUMNS))
}

function rowsOf(mode: GpuMode, gpus: readonly GpuState[]): number {
  const slices = gpus.reduce((count, gpu) => count + gpu.mig.devices.length, 0)
  switch (mode.kind) {
    case 'none':
      return 2
    case 'boxes':
      return 4 * gpus.length + slices
    case 'pairs':
      return 2 * gpus.length + slices
    case 'rows':
      return gpus.length + slices
    case 'grid':
      return Math.ceil((gpus.length + slices) / mode.perRow)
  }
}

function share(mode: GpuMode): number {
  switch (mode.kind) {
    case 'boxes':
      return 0.4
    case 'pairs':
      return 0.5
    case 'rows':
      return 0.7
    case 'none':
    case 'grid':
      return 1
  }
}
