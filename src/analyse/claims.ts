import { missing } from '../core/reading.ts'
import { minutes } from '../core/units.ts'
import type { Gpu, GpuProcess, HostProcess } from '../model/snapshot.ts'
import type { Claim } from '../engines/engine.ts'
import { claimFor } from '../engines/index.ts'
import type { ListedProcess } from '../parse/process-list.ts'
import { familyOf, type ProcessBook } from './processes.ts'
import { isServer } from './server.ts'

/** One engine instance with every process of it that is known. */
export interface ClaimedGroup {
  /** `vllm:4200`. */
  readonly id: string
  readonly claim: Claim
  /** What it holds on GPUs; nothing where the engine runs in RAM alone. */
  readonly holdings: readonly Holding[]
  /** Its processes without GPU memory, the root aside. */
  readonly helpers: readonly number[]
}

/** A line of a GPU's process list, with the card it stands on. */
export interface Holding {
  readonly gpuUuid: string
  readonly process: GpuProcess
}

/**
 * Every GPU process under the engine instance that claims it, in the order in which the driver lists them; then the
 * engines that run in RAM alone, which only the list of all processes shows.
 */
export function groupByClaim(
  gpus: readonly Gpu[],
  book: ProcessBook,
  processList: readonly ListedProcess[],
  held: HeldBook,
): readonly ClaimedGroup[] {
  const groups = new Map<string, ClaimedGroup>()
  const holders = new Set<number>()
  for (const holding of holdingsOf(gpus)) {
    holders.add(holding.process.pid)
    const claim = claimOn(holding.process, book)
    const group = fellowsOf(claim, groups) ?? groupIn(groups, claim)
    groups.set(group.id, { ...group, holdings: [...group.holdings, holding] })
  }
  for (const listed of processList) {
    if (holders.has(listed.pid) || !isSeen(listed, book)) continue
    const claim = claimIn(familyOf(book, listed.pid))
    if (claim === undefined || !(groups.has(idOf(claim)) || runsInRam(claim, held))) continue
    const group = groupIn(groups, claim)
    const helpers = listed.pid === claim.root.pid ? group.helpers : [...group.helpers, listed.pid]
    groups.set(group.id, { ...group, helpers })
  }
  return withServers([...groups.values()])
}

function groupIn(groups: ReadonlyMap<string, ClaimedGroup>, claim: Claim): ClaimedGroup {
  const id = idOf(claim)
  return groups.get(id) ?? { id, claim, holdings: [], helpers: [] }
}

/** The group of an orphan's fellows: ranks of one instance under one parent, whose titles count them. */
function fellowsOf(claim: Claim, groups: ReadonlyMap<string, ClaimedGroup>): ClaimedGroup | undefined {
  if (claim.orphan !== true || groups.has(idOf(claim))) return undefined
  return [...groups.values()].find((group) => {
    const { root, engine, orphan } = group.claim
    return (
      orphan === true && engine === claim.engine && isKin(root, claim.root) && !hasRank(group, claim.root)
    )
  })
}

function isKin(a: HostProcess, b: HostProcess): boolean {
  const ofUser = (process: HostProcess): string => (process.user.kind === 'known' ? process.user.value : '')
  const isSameHouse = a.parentPid === b.parentPid && a.container?.id === b.container?.id
  return isSameHouse && ofUser(a) === ofUser(b) && titleOf(a) === titleOf(b)
}

/** Two ranks of one number belong to two instances; workers of Ray have no numbers. */
function hasRank({ claim, holdings }: ClaimedGroup, { command: [title = ''] }: HostProcess): boolean {
  if (title.startsWith(RAY)) return false
  return [claim.root.command[0], ...holdings.map(({ process }) => process.name)].includes(title)
}

/** Without the numbers of its rank; a title without any is that of one process alone. */
function titleOf({ command: [title = ''] }: HostProcess): string {
  return title.startsWith(RAY) ? RAY : title.replace(/_(?:DP|PP|TP|EP)\d+/g, '_')
}

const RAY = 'ray::'

/** Workers that Ray has started, with the server that had them started, where it is the only one here that could have. */
function withServers(groups: readonly ClaimedGroup[]): readonly ClaimedGroup[] {
  const workers = groups.filter(({ claim }) => claim.orphan === true && titleOf(claim.root) === RAY)
  const servers = groups.filter(
    ({ claim, holdings }) => claim.engine === 'vllm' && claim.orphan !== true && holdings.length === 0,
  )
  const [server, ...others] = servers
  if (server === undefined || others.length > 0 || workers.length === 0) return groups
  const joined = { ...server, holdings: workers.flatMap(({ holdings }) => holdings) }
  return groups
    .filter((group) => !workers.includes(group))
    .map((group) => (group === server ? joined : group))
}

function idOf(claim: Claim): string {
  return `${claim.engine}:${claim.root.pid}`
}

function isSeen({ pid, startTicks }: ListedProcess, book: ProcessBook): boolean {
  return book.get(pid)?.process.startTicks === startTicks
}

/**
 * Any Python program may be a torch process, and one that only starts others is no workload by itself. What has just let
 * go of a card is about to end, and the list of processes is behind.
 */
function runsInRam(claim: Claim, held: HeldBook): boolean {
  return isServer(claim) && claim.keeper !== true && !held.has(idOf(claim))
}

/** When each workload last held GPU memory, by its id. */
export type HeldBook = ReadonlyMap<string, number>

const KEEP_HELD_MS = minutes(1)

export function followHeld(book: HeldBook, groups: readonly ClaimedGroup[], nowMs: number): HeldBook {
  const holding = groups.filter(({ holdings }) => holdings.length > 0)
  return new Map([
    ...[...book].filter(([, atMs]) => nowMs - atMs <= KEEP_HELD_MS),
    ...holding.map(({ id }) => [id, nowMs] as const),
  ])
}

export function holdingsOf(gpus: readonly Gpu[]): readonly Holding[] {
  return gpus.flatMap((gpu) =>
    gpu.processes.kind === 'known'
      ? withoutShadows(gpu.processes.value).map((process) => ({ gpuUuid: gpu.uuid, process }))
      : [],
  )
}

/**
 * Under MIG the driver may list a pid twice on one card: once in its instance and once without one
 * (seen on an A100 with driver 535). The line without an instance is the other one's shadow.
 */
function withoutShadows(processes: readonly GpuProcess[]): readonly GpuProcess[] {
  const inInstance = new Set(
    processes.filter((process) => process.gpuInstanceId.kind === 'known').map(({ pid }) => pid),
  )
  return processes.filter((process) => process.gpuInstanceId.kind === 'known' || !inInstance.has(process.pid))
}

function claimOn(process: GpuProcess, book: ProcessBook): Claim {
  const family = familyOf(book, process.pid)
  const seen = family.length > 0 ? family : [onlyNamed(process)]
  const claim = claimIn(seen)
  // a Python program that only draws is a desktop's, not torch's
  const isDesktop = claim?.engine === 'pytorch' && process.type === 'G'
  return claim === undefined || isDesktop ? { engine: 'unknown', root: seen[0] ?? onlyNamed(process) } : claim
}

/** How a family was claimed when it was last seen: by the command lines of all its members. */
interface Remembered {
  readonly commands: readonly (readonly string[])[]
  readonly claim: Claim | undefined
  /** Which member is the root. */
  readonly root: number
}

// a process keeps its command line, and the same processes come with every tick
const CLAIMED = new WeakMap<readonly string[], Remembered>()

function claimIn(family: readonly HostProcess[]): Claim | undefined {
  const [first] = family
  if (first === undefined) return undefined
  const present = CLAIMED.get(first.command)
  if (present !== undefined && isFamily(present, family)) {
    const root = family[present.root]
    return present.claim === undefined || root === undefined ? undefined : { ...present.claim, root }
  }
  const claim = claimFor(family)
  const root = claim === undefined ? -1 : family.indexOf(claim.root)
  CLAIMED.set(first.command, { commands: family.map(({ command }) => command), claim, root })
  return claim
}

function isFamily({ commands }: Remembered, family: readonly HostProcess[]): boolean {
  return commands.length === family.length && family.every(({ command }, at) => command === commands[at])
}

/** What is known of a process that /proc does not show (a log, another PID namespace): the driver's name for it. */
function onlyNamed(process: GpuProcess): HostProcess {
  const no = missing('not-reported')
  return {
    pid: process.pid,
    parentPid: 0,
    startTicks: 0,
    comm: process.name,
    command: [process.name],
    user: no,
    residentBytes: no,
    cpuPercent: no,
    container: undefined,
  }
}
