import type { Panel, PanelId } from '../panel.ts'
import { cgroupsPanel } from './cgroups.ts'
import { hostChart, kvChart, memoryChart, vitalChart } from './charts.ts'
import { commandPanel } from './command.ts'
import { faultsPanel } from './faults.ts'
import { fleetChart, fleetHostPanel } from './fleet-host.ts'
import { fleetRisksPanel } from './fleet-risks.ts'
import { fleetPanel } from './fleet.ts'
import { gapsPanel } from './gaps.ts'
import { gpuChart } from './gpu-chart.ts'
import { gpuFactsPanel } from './gpu-facts.ts'
import { gpuListPanel } from './gpu-list.ts'
import { gpuProcessesPanel } from './gpu-processes.ts'
import { gpusPanel } from './gpus.ts'
import { headerPanel } from './header.ts'
import { helpPanel } from './help.ts'
import { hostFactsPanel } from './host-facts.ts'
import { hostProcessesPanel } from './host-processes.ts'
import { hostPanel, hostSignsPanel } from './host.ts'
import { instancesPanel } from './instances.ts'
import { keysPanel } from './keys.ts'
import { oneLinePanel } from './one-line.ts'
import { processesPanel } from './processes.ts'
import { riskPanel } from './risk.ts'
import { settingsPanel } from './settings.ts'
import { scrubPanel } from './scrub.ts'
import { sheetPanel } from './sheet.ts'
import { slotsPanel } from './slots.ts'
import { sumPanel } from './sum.ts'
import { warningChart } from './warning-chart.ts'
import { warningListPanel } from './warning-list.ts'
import { warningsPanel } from './warnings.ts'
import { workloadChart } from './workload-chart.ts'

/** Every panel by its id: a new one is a file and a line here. */
export const PANELS = {
  cgroups: cgroupsPanel,
  'chart-gpu': gpuChart,
  'chart-host': hostChart,
  'chart-kv': kvChart,
  'chart-memory': memoryChart,
  'chart-power': vitalChart('power'),
  'chart-temperature': vitalChart('temperature'),
  'chart-utilization': vitalChart('utilization'),
  'chart-fleet-host': fleetChart,
  'chart-warning': warningChart,
  'chart-workload': workloadChart,
  command: commandPanel,
  faults: faultsPanel,
  fleet: fleetPanel,
  'fleet-host': fleetHostPanel,
  'fleet-risks': fleetRisksPanel,
  gaps: gapsPanel,
  'gpu-facts': gpuFactsPanel,
  'gpu-list': gpuListPanel,
  'gpu-processes': gpuProcessesPanel,
  gpus: gpusPanel,
  header: headerPanel,
  help: helpPanel,
  host: hostPanel,
  'host-signs': hostSignsPanel,
  'host-facts': hostFactsPanel,
  'host-processes': hostProcessesPanel,
  instances: instancesPanel,
  keys: keysPanel,
  'one-line': oneLinePanel,
  processes: processesPanel,
  risk: riskPanel,
  settings: settingsPanel,
  scrub: scrubPanel,
  sheet: sheetPanel,
  slots: slotsPanel,
  sum: sumPanel,
  'warning-list': warningListPanel,
  warnings: warningsPanel,
} as const satisfies Readonly<Record<PanelId, Panel>>
