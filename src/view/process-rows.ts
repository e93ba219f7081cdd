import { valueOr } from '../core/reading.ts'
import type { Frame } from '../model/frame.ts'
import type { Risk } from '../model/risk.ts'
import type { Workload } from '../model/workload.ts'
import type { Preferences } from './preferences.ts'
import { oncePerFrame } from './once-per-frame.ts'
import { isEngine, processHolders } from './process-holders.ts'
import type { Holder } from './process-holders.ts'
import { inOrder } from './process-order.ts'
import { rowOfEngine, rowOfProcess } from './process-row-of.ts'
import type { ProcessRow } from './process-row.ts'
import { readFilter } from './row-filter.ts'

export type RowChoices = Pick<Preferences, 'sort' | 'reversed' | 'tree'>

/**
 * The rows of the table: engines, and the processes that belong to none, in the order that the user chose. In the tree
 * the processes of an engine stand below it, and a process below its parent where that has a row.
 * @param filter in the words of the user; one that can't be read filters nothing
 */
export function processRows(frame: Frame, choices: RowChoices, filter = ''): readonly ProcessRow[] {
  const asked = rowsAsked(frame)
  const question = [choices.sort, choices.reversed, choices.tree, filter].join(' ')
  const rows = asked.get(question) ?? ordered(frame, choices, filter)
  asked.set(question, rows)
  return rows
}

// The layout, the cursor and the table of a picture ask for the same.
const rowsAsked = oncePerFrame(() => new Map<string, readonly ProcessRow[]>())

function ordered(frame: Frame, choices: RowChoices, filter: string): readonly ProcessRow[] {
  const read = readFilter(filter)
  const passes = read.kind === 'filter' ? read.passes : () => true
  const nodes = nodesOf(frame).flatMap((node) => {
    const children = node.children.filter(passes)
    return passes(node.row) || children.length > 0 ? [{ row: node.row, children }] : []
  })
  const sorted = inOrder(
    nodes.map(({ row }) => row),
    choices.sort,
    choices.reversed,
  )
  if (!choices.tree) return sorted
  const below = new Map(nodes.map(({ row, children }) => [row.id, children]))
  return nested(sorted, below)
}

/** How many rows there are without a filter. */
export function processCount(frame: Frame): number {
  return groupsOfFrame(frame).length
}

/** The row of a workload: what stands in the table for it. */
export function rowOfWorkload(frame: Frame, id: string): ProcessRow | undefined {
  return nodesOf(frame).find(({ row }) => row.opens === id)?.row
}

interface Node {
  readonly row: ProcessRow
  /** The processes of an engine that are more than its row says. */
  readonly children: readonly ProcessRow[]
}

type Group =
  | { readonly kind: 'engine'; readonly workload: Workload; readonly holders: readonly Holder[] }
  | { readonly kind: 'process'; readonly holder: Holder }

const groupsOfFrame = oncePerFrame((frame) => groupsOf(processHolders(frame), frame.workloads))

const nodesOf = oncePerFrame((frame): readonly Node[] => {
  const risks = risksByWorkload(frame)
  return groupsOfFrame(frame).map((group): Node => {
    switch (group.kind) {
      case 'process':
        return { row: rowOfProcess(group.holder, risks.get(group.holder.workload?.id ?? '')), children: [] }
      case 'engine': {
        const { workload, holders } = group
        const alone = holders.length === 1 && holders[0]?.pid === valueOr(workload.rootPid, undefined)
        return {
          row: rowOfEngine(workload, holders, frame.gpus, risks.get(workload.id)),
          children: alone ? [] : holders.map((holder) => rowOfProcess(holder, undefined)),
        }
      }
    }
  })
})

function groupsOf(holders: readonly Holder[], workloads: readonly Workload[]): readonly Group[] {
  // those that are known by their metrics alone have a row, too
  const told = workloads.filter((workload) => isEngine(workload) && workload.pids.length === 0)
  const engines = new Map<string, { readonly workload: Workload; readonly holders: Holder[] }>(
    told.map((workload) => [workload.id, { workload, holders: [] }]),
  )
  const processes: Group[] = []
  for (const holder of holders) {
    const { workload } = holder
    if (!isEngine(workload)) processes.push({ kind: 'process', holder })
    else if (engines.has(workload.id)) engines.get(workload.id)?.holders.push(holder)
    else engines.set(workload.id, { workload, holders: [holder] })
  }
  return [...[...engines.values()].map((engine): Group => ({ kind: 'engine', ...engine })), ...processes]
}

function risksByWorkload(frame: Frame): ReadonlyMap<string, Risk> {
  // worst first: of several for one workload the first stays
  return new Map(
    frame.risks.toReversed().flatMap((risk) => (risk.workload === undefined ? [] : [[risk.workload, risk]])),
  )
}

// Top rows in their order, each followed by its processes; a process whose parent is a top row comes below that.
function nested(
  sorted: readonly ProcessRow[],
  children: ReadonlyMap<string, readonly ProcessRow[]>,
): readonly ProcessRow[] {
  const pids = new Map(sorted.map((row) => [valueOr(row.pid, undefined), row]))
  const parentOf = (row: ProcessRow): ProcessRow | undefined =>
    row.parentPid === undefined || row.parentPid === valueOr(row.pid, undefined)
      ? undefined
      : pids.get(row.parentPid)
  const below = new Map<ProcessRow | undefined, ProcessRow[]>()
  for (const row of sorted) below.set(parentOf(row), [...(below.get(parentOf(row)) ?? []), row])
  const placed = new Set<string>()
  const withChildren = (row: ProcessRow, depth: number): readonly ProcessRow[] => {
    if (placed.has(row.id)) return []
    placed.add(row.id)
    const own = (children.get(row.id) ?? []).map((child) => ({ ...child, depth: depth + 1 }))
    return [
      { ...row, depth },
      ...own,
      ...(below.get(row) ?? []).flatMap((one) => withChildren(one, depth + 1)),
    ]
  }
  const top = (below.get(undefined) ?? []).flatMap((row) => withChildren(row, 0))
  // parents in a circle, which pids of another namespace can make
  return [...top, ...sorted.flatMap((row) => withChildren(row, 0))]
}
