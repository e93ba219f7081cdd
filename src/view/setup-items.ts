import { formatDuration } from '../core/format.ts'
import type { SessionState } from '../model/session.ts'
import { uiAction } from './binding.ts'
import { COLUMN_IDS } from './column-ids.ts'
import type { ColumnId } from './column-ids.ts'
import { GPU_METRICS } from './gpu-metric.ts'
import type { KeyAction } from './key-action.ts'
import { pace } from './pace.ts'
import { CHART_MINUTES, MEMORY_UNITS } from './preferences.ts'
import type { ChartMinutes, Preferences } from './preferences.ts'
import { THEME_NAMES } from './themes.ts'

/** A line of the setup: what it is, what it is now, and what a step to either side makes of it. */
export interface SetupItem {
  readonly name: string
  readonly value: string
  readonly step: (direction: 1 | -1) => KeyAction
}

/** Everything that can be set, in the order of the list. */
export function setupItems(preferences: Preferences, session: SessionState): readonly SetupItem[] {
  const { theme, chartMetric, chartMinutes, units, mouse, tree, hiddenColumns } = preferences
  return [
    item('theme', theme, (step) => ({ theme: neighbour(THEME_NAMES, theme, step) })),
    item('chart of GPUs', chartMetric, (step) => ({
      chartMetric: neighbour(GPU_METRICS, chartMetric, step),
    })),
    item('charts look back', spanName(chartMinutes), (step) => ({
      chartMinutes: neighbour(CHART_MINUTES, chartMinutes, step),
    })),
    {
      name: session.kind === 'live' ? 'interval' : 'speed',
      value: paceName(session),
      step: (step) => pace(session, step),
    },
    item('memory in the table', units, (step) => ({ units: neighbour(MEMORY_UNITS, units, step) })),
    item('processes as a tree', onOff(tree), () => ({ tree: !tree })),
    item('mouse', onOff(mouse), () => ({ mouse: !mouse })),
    ...COLUMN_IDS.filter((id) => id !== 'pid').map((id) =>
      item(`column ${id.toUpperCase()}`, hiddenColumns.includes(id) ? 'hidden' : 'shown', () => ({
        hiddenColumns: toggled(hiddenColumns, id),
      })),
    ),
  ]
}

/** `10 min`, `6 h`; `auto` where the width decides. */
export function spanName(minutes: ChartMinutes): string {
  if (minutes === 'auto') return minutes
  return minutes < 60 ? `${minutes} min` : `${minutes / 60} h`
}

function item(name: string, value: string, change: (direction: 1 | -1) => Partial<Preferences>): SetupItem {
  return { name, value, step: (direction) => uiAction({ kind: 'prefer', change: change(direction) }) }
}

function paceName(session: SessionState): string {
  switch (session.kind) {
    case 'live':
      return formatDuration(session.intervalMs)
    case 'replay':
      return Number.isFinite(session.speed) ? `${session.speed} times` : 'as fast as it goes'
  }
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off'
}

function toggled(hidden: readonly ColumnId[], id: ColumnId): readonly ColumnId[] {
  return hidden.includes(id) ? hidden.filter((one) => one !== id) : [...hidden, id]
}

function neighbour<T>(all: readonly T[], present: T, step: 1 | -1): T {
  return all[(all.indexOf(present) + step + all.length) % all.length] ?? present
}
