import type { Panel, PanelId } from '../panel.ts'
import { hostChart, kvChart, memoryChart } from './charts.ts'
import { faultsPanel } from './faults.ts'
import { gpusPanel } from './gpus.ts'
import { headerPanel } from './header.ts'
import { helpPanel } from './help.ts'
import { hostPanel } from './host.ts'
import { keysPanel } from './keys.ts'
import { oneLinePanel } from './one-line.ts'
import { processesPanel } from './processes.ts'
import { warningsPanel } from './warnings.ts'

/** Every panel by its id: a new one is a file and a line here. */
export const PANELS = {
  header: headerPanel,
  faults: faultsPanel,
  gpus: gpusPanel,
  'chart-memory': memoryChart,
  'chart-kv': kvChart,
  'chart-host': hostChart,
  host: hostPanel,
  processes: processesPanel,
  warnings: warningsPanel,
  keys: keysPanel,
  help: helpPanel,
  'one-line': oneLinePanel,
} as const satisfies Readonly<Record<PanelId, Panel>>
