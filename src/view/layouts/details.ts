import { band, pair, rowsOfBands } from '../bands.ts'
import type { Band } from '../bands.ts'
import type { Scene, Size } from '../panel.ts'
import { cgroupsPanel } from '../panels/cgroups.ts'
import { commandPanel } from '../panels/command.ts'
import { gapsPanel } from '../panels/gaps.ts'
import { gpuFactsPanel } from '../panels/gpu-facts.ts'
import { gpuProcessLines } from '../panels/gpu-processes.ts'
import { hostFactsPanel } from '../panels/host-facts.ts'
import { riskPanel } from '../panels/risk.ts'
import { settingsPanel } from '../panels/settings.ts'
import { slotsPanel } from '../panels/slots.ts'
import { sumPanel } from '../panels/sum.ts'
import type { TextPanel } from '../panels/text-panel.ts'
import { fleetRiskList } from '../fleet-risk-list.ts'
import { hostRows } from '../host-rows.ts'
import { instanceRows } from '../instance-rows.ts'
import { hasWarningChart } from '../panels/warning-chart.ts'
import { hasChart } from '../panels/workload-chart.ts'
import { topView } from '../views.ts'
import { warningRows } from '../warning-rows.ts'

const WIDE_COLUMNS = 100
const CHART_ROWS = 8
const LEAST_CHART_ROWS = 6
const MOST_CHART_ROWS = 20
// Its frame and some warnings to come.
const LEAST_LIST_ROWS = 6
// Its frame, its head, and two processes.
const LEAST_TABLE_ROWS = 5

/** One workload: the sum beside the settings, its curve, what is to happen and what to do, what can't be seen, its command. */
export function workloadBands(size: Size, scene: Scene): readonly Band[] {
  const { columns } = size
  const boxed = (panel: TextPanel) => boxedBand(panel, scene, columns)
  const chart = (spare: number) =>
    hasChart(scene) ? [band('chart-workload', Math.max(CHART_ROWS, spare), 'box')] : []
  const last = [boxed(slotsPanel), boxed(gapsPanel), boxed(commandPanel)]
  if (columns < WIDE_COLUMNS) {
    return [boxed(sumPanel), boxed(riskPanel), ...chart(0), boxed(settingsPanel), ...last]
  }
  const top = sideBySide(sumPanel, settingsPanel, scene, columns, columns < 120 ? 0.55 : 0.58)
  const risk = boxed(riskPanel)
  return [top, ...chart(size.rows - rowsOfBands([top, risk, ...last])), risk, ...last]
}

/**
 * The list of GPUs where there are several and none is open alone; of the one in view all that is known, which is a page
 * longer than the window where that is low.
 */
export function gpuBands(size: Size, scene: Scene): readonly Band[] {
  if (scene.frame.gpus.length === 0) return [band('gpu-facts', size.rows, 'box')]
  const isAlone = topView(scene.ui.views).kind === 'gpu'
  const wanted = gpuProcessLines(scene) + 2
  const allFacts = boxedBand(gpuFactsPanel, scene, size.columns)
  if (isAlone && allFacts.rows + Math.min(wanted, LEAST_TABLE_ROWS) > size.rows)
    return [allFacts, band('gpu-processes', wanted, 'box')]
  const count = isAlone ? 1 : scene.frame.gpus.length
  const listRows = count > 1 ? Math.min(count, Math.max(2, Math.floor(size.rows / 4))) + 2 : 0
  const facts = Math.min(size.rows - listRows, allFacts.rows)
  const rest = size.rows - listRows - facts
  const least = Math.min(rest, wanted, LEAST_TABLE_ROWS)
  const chart =
    rest - least < LEAST_CHART_ROWS
      ? 0
      : Math.max(LEAST_CHART_ROWS, Math.min(rest - least, Math.max(rest - wanted, Math.floor(rest / 2))))
  const processes = rest - chart
  return [
    band('gpu-list', listRows, 'box'),
    band('gpu-facts', facts, 'box'),
    band('chart-gpu', chart, 'box'),
    band('gpu-processes', processes < 3 ? 0 : processes, 'box'),
  ]
}

/**
 * The host: its memory in numbers and as a curve, the control groups of engines, and who holds its memory. A page longer
 * than the window where that is low.
 */
export function hostBands(size: Size, scene: Scene): readonly Band[] {
  const isWide = size.columns >= WIDE_COLUMNS
  const facts = boxedBand(hostFactsPanel, scene, isWide ? Math.floor(size.columns * 0.45) : size.columns).rows
  const groups = boxedBand(cgroupsPanel, scene, size.columns)
  const wanted = Math.max(2, 1 + hostRows(scene.frame).length) + 2
  const rest = size.rows - facts - groups.rows
  // one process is better than none
  if (rest < Math.min(wanted, LEAST_TABLE_ROWS - 1))
    return [band('host-facts', facts, 'box'), groups, band('host-processes', wanted, 'box')]
  if (!isWide) {
    const chart = rest < 14 ? 0 : CHART_ROWS
    return [
      band('host-facts', facts, 'box'),
      band('chart-host', chart, 'box'),
      groups,
      band('host-processes', rest - chart, 'box'),
    ]
  }
  // what the table leaves goes to the chart: below the facts where it is much, else beside them
  const strip = boxedBand(hostFactsPanel, scene, size.columns)
  const chart = size.rows - strip.rows - groups.rows - wanted
  if (chart >= CHART_ROWS)
    return [strip, band('chart-host', chart, 'box'), groups, band('host-processes', wanted, 'box')]
  const top = Math.max(facts, size.rows - groups.rows - wanted)
  return [
    pair('host-facts', 'chart-host', top, 0.45),
    groups,
    band('host-processes', size.rows - groups.rows - top, 'box'),
  ]
}

/** What stands and what was, and of the one under the cursor why and what to do. */
export function warningBands(size: Size, scene: Scene): readonly Band[] {
  const wanted = boxedBand(riskPanel, scene, size.columns).rows
  const list = warningRows(scene).length + 2
  const detail = Math.min(wanted, Math.max(Math.floor(size.rows * 0.6), size.rows - list))
  const spare = size.rows - detail - Math.max(LEAST_LIST_ROWS, list)
  const chart = hasWarningChart(scene) ? chartRows(spare) : 0
  return [
    band('warning-list', size.rows - detail - chart, 'box'),
    band('chart-warning', chart, 'box'),
    band('risk', detail, 'box'),
  ]
}

/** One warning with all that is known of it. */
export function oneWarningBands(size: Size, scene: Scene): readonly Band[] {
  const { rows } = boxedBand(riskPanel, scene, size.columns)
  const chart = hasWarningChart(scene) ? chartRows(size.rows - rows) : 0
  return [band('chart-warning', chart, 'box'), band('risk', Math.max(rows, size.rows - chart), 'box')]
}

// Of rows to spare; more than that makes a curve no clearer.
function chartRows(spare: number): number {
  return spare < CHART_ROWS ? 0 : Math.min(spare, MOST_CHART_ROWS)
}

/** One row for each host; rows to spare show the one under the cursor; engines that run on several; the worst warnings of all. */
export function fleetBands(size: Size, scene: Scene): readonly Band[] {
  const instances = instanceRows(scene.hosts).length
  const instanceBand = instances === 0 ? 0 : orNothing(Math.min(instances + 3, Math.floor(size.rows / 4)), 4)
  const risks = fleetRiskList(scene.hosts).length
  const most = Math.max(0, Math.floor((size.rows - instanceBand) / 3))
  const spare = size.rows - instanceBand - (scene.hosts.length + 3)
  const riskBand =
    risks === 0 ? 0 : orNothing(Math.min(risks + 2, Math.max(most, spare)), Math.min(risks + 2, 4))
  // as high for each host, so that nothing moves with the cursor
  const gpus = Math.max(0, ...scene.hosts.map(({ frame }) => frame.gpus.length))
  const left = Math.max(0, spare - riskBand)
  const host = orNothing(Math.min(gpus + 3, left), Math.min(gpus + 3, LEAST_TABLE_ROWS))
  const chart = chartRows(left - host)
  return [
    band('fleet', size.rows - instanceBand - riskBand - host - chart, 'box'),
    band('fleet-host', host, 'box'),
    band('chart-fleet-host', chart, 'box'),
    band('instances', instanceBand, 'box'),
    band('fleet-risks', riskBand, 'box'),
  ]
}

// A box in which nothing but a count of what it holds would stand is not worth its rows.
function orNothing(rows: number, least: number): number {
  return rows < least ? 0 : rows
}

// As high as its text; no box where there is nothing to say.
function boxedBand(panel: TextPanel, scene: Scene, columns: number): Band {
  const lines = panel.lines(scene, columns - 2).length
  return band(panel.id, lines === 0 ? 0 : lines + 2, 'box')
}

function sideBySide(a: TextPanel, b: TextPanel, scene: Scene, columns: number, share: number): Band {
  const left = Math.floor(columns * share)
  const rows = Math.max(a.lines(scene, left - 2).length, b.lines(scene, columns - left - 2).length)
  return pair(a.id, b.id, rows + 2, share)
}
