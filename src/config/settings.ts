import { COLUMN_IDS, type ColumnId } from '../view/column-ids.ts'
import { GPU_METRICS } from '../view/gpu-metric.ts'
import { CHART_MINUTES, DEFAULT_PREFERENCES, MEMORY_UNITS } from '../view/preferences.ts'
import type { ChartMinutes, Preferences } from '../view/preferences.ts'
import { SORT_COLUMNS } from '../view/process-order.ts'
import { THEME_NAMES } from '../view/themes.ts'
import { DEFAULT_INTERVAL_MS, MAXIMUM_INTERVAL_MS, MINIMUM_INTERVAL_MS } from './limits.ts'
import * as type from './value-types.ts'

/** Everything that can be set once for all runs: what the screen remembers, and how is watched. */
export interface Settings extends Preferences {
  readonly intervalMs: number
  /** Whether engines are asked anything. */
  readonly probe: boolean
  readonly containerNames: boolean
  /** Logs of engines whose processes don't say where they log. */
  readonly engineLogs: readonly string[]
  readonly apiKeyFile: string | undefined
  readonly onWarning: type.Command | undefined
  readonly color: 'auto' | 'always' | 'never'
  /** ASCII only; `auto`: unless the locale is UTF-8, and on the Linux console. */
  readonly ascii: boolean | 'auto'
  readonly groups: type.HostGroups
}

/** One setting. Flags, the file, the variables, all help and all documents are made of this. */
export interface Setting<T> {
  /** Its name in the file. */
  readonly key: string
  readonly section: (typeof SECTIONS)[number]
  /** What it decides, as a phrase of about 60 characters. */
  readonly meaning: string
  readonly type: type.ValueType<T>
  readonly initial: T
  /** A value to show where the default is none. */
  readonly example?: T
  /** As commander takes them: the flag, and the one that takes it back. */
  readonly flags?: readonly [string, ...string[]]
  /** What the second flag means. */
  readonly negative?: string
  /** The flag can be given several times, once for each value. */
  readonly repeatable?: boolean
  /** undefined where no variable sets it. */
  readonly variable: string | undefined
}

/** In the order of all documents. */
export const SECTIONS = ['Watching', 'Warnings', 'Screen', 'Hosts'] as const

/** The one table of settings. */
export const SETTINGS: { readonly [K in keyof Settings]: Setting<Settings[K]> } = {
  intervalMs: {
    ...setting('interval', 'Watching', 'time between samples'),
    type: type.duration(MINIMUM_INTERVAL_MS, MAXIMUM_INTERVAL_MS),
    initial: DEFAULT_INTERVAL_MS,
    flags: ['--interval <time>'],
  },
  probe: {
    ...setting('probe', 'Watching', 'ask engines how full their cache is'),
    type: type.ON_OFF,
    initial: true,
    flags: ['--probe', '--no-probe'],
    negative: 'ask no engine how full its cache is',
  },
  containerNames: {
    ...setting('container-names', 'Watching', "names of containers, from 'docker ps' and 'podman ps'"),
    type: type.ON_OFF,
    initial: false,
    flags: ['--container-names', '--no-container-names'],
    negative: 'containers by their ids alone',
  },
  engineLogs: {
    ...setting('engine-log', 'Watching', "an engine's log, where its process does not say (repeatable)"),
    type: type.PATHS,
    initial: [],
    example: ['/var/log/vllm.log'],
    flags: ['--engine-log <file>'],
    repeatable: true,
  },
  apiKeyFile: {
    ...setting('api-key-file', 'Watching', 'keys for engines, a line ADDRESS:PORT=KEY each, mode 0600'),
    type: type.PATH,
    initial: undefined,
    example: '~/.config/llmtop/keys',
  },
  onWarning: {
    ...setting('on-warning', 'Warnings', 'run it for each warning, the event as JSON on its input'),
    type: type.COMMAND,
    initial: undefined,
    example: ['notify-send', 'llmtop'],
    flags: ['--on-warning <command>'],
  },
  theme: {
    ...setting('theme', 'Screen', 'colours of the screen'),
    type: type.oneOf(THEME_NAMES),
    initial: DEFAULT_PREFERENCES.theme,
    flags: ['--theme <name>'],
  },
  color: {
    ...setting('color', 'Screen', 'colours at all (auto obeys NO_COLOR)'),
    type: type.oneOf(['auto', 'always', 'never']),
    initial: 'auto',
    flags: ['--color <when>'],
  },
  ascii: {
    ...setting(
      'ascii',
      'Screen',
      'ASCII characters only (auto: unless the locale is UTF-8, and on the Linux console)',
    ),
    type: type.ON_OFF_AUTO,
    initial: 'auto',
    flags: ['--ascii', '--no-ascii'],
    negative: 'Unicode characters whatever the locale',
  },
  mouse: {
    ...setting('mouse', 'Screen', 'take wheel and clicks (else the terminal selects text)'),
    type: type.ON_OFF,
    initial: DEFAULT_PREFERENCES.mouse,
    flags: ['--mouse', '--no-mouse'],
    negative: 'the mouse is left to the terminal',
  },
  units: {
    ...setting('units', 'Screen', 'unit of memory in the table'),
    type: type.oneOf(MEMORY_UNITS),
    initial: DEFAULT_PREFERENCES.units,
  },
  chartMetric: {
    ...setting('chart', 'Screen', 'what the chart of the GPUs shows'),
    type: type.oneOf(GPU_METRICS),
    initial: DEFAULT_PREFERENCES.chartMetric,
  },
  chartMinutes: {
    ...setting('chart-span', 'Screen', 'how far the charts look back (auto: as the width allows)'),
    type: type.named(CHART_MINUTES, spanName),
    initial: DEFAULT_PREFERENCES.chartMinutes,
  },
  sort: {
    ...setting('sort', 'Screen', 'what the table is sorted by'),
    type: type.oneOf(SORT_COLUMNS),
    initial: DEFAULT_PREFERENCES.sort,
  },
  reversed: {
    ...setting('reverse', 'Screen', 'the other way round'),
    type: type.ON_OFF,
    initial: DEFAULT_PREFERENCES.reversed,
  },
  tree: {
    ...setting('tree', 'Screen', 'processes below their engine or parent'),
    type: type.ON_OFF,
    initial: DEFAULT_PREFERENCES.tree,
  },
  hiddenColumns: {
    ...setting('hidden-columns', 'Screen', 'columns of the table that are not shown'),
    type: type.someOf(COLUMN_IDS.filter((id): id is ColumnId => id !== 'pid')),
    initial: DEFAULT_PREFERENCES.hiddenColumns,
    example: ['type', 'context'],
  },
  groups: {
    ...setting('groups', 'Hosts', "names for several hosts: 'llmtop ssh @lab'"),
    type: type.HOST_GROUPS,
    initial: {},
    example: { lab: ['gpu[01-16]', 'node7'] },
    variable: undefined,
  },
}

/** The names of the settings, in the order of the table. */
export const SETTING_NAMES: readonly (keyof Settings)[] = Object.keys(SETTINGS) as (keyof Settings)[]

/** A setting, whatever its values are. */
export function settingOf(name: keyof Settings): Setting<unknown> {
  return SETTINGS[name]
}

function setting(
  key: string,
  section: Setting<unknown>['section'],
  meaning: string,
): Pick<Setting<unknown>, 'key' | 'section' | 'meaning' | 'variable'> {
  return { key, section, meaning, variable: `LLMTOP_${key.toUpperCase().replaceAll('-', '_')}` }
}

function spanName(minutes: ChartMinutes): string {
  return minutes === 'auto' ? minutes : type.writeDuration(minutes * 60_000)
}
