import { known, map, missing, type Reading } from '../core/reading.ts'
import { worldOf, type World } from '../estimate/ranks.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { Claim, Span } from './engine.ts'
import { launchOf } from './launch.ts'
import { flagValue, hasFlag } from './program.ts'

/**
 * How an instance of vLLM spans nodes; undefined where all of it is here. Source: vllm/engine/arg_utils.py: `--nnodes` with
 * `--node-rank`, data-parallel replicas with `--data-parallel-size-local`, `--data-parallel-start-rank` and `--headless`.
 */
export function vllmSpan(
  { root }: Claim,
  args: readonly string[],
  settings: Partial<EngineSettings>,
): Span | undefined {
  // a Ray worker knows nothing of the instance that it works for
  if (root.command[0]?.startsWith('ray::') === true) {
    return { instance: ON_RAY, ranksInAll: UNSEEN, firstRank: 0 }
  }
  const world = worldOf({ engine: 'vllm', ...settings })
  const address = valueOf(args, 'data-parallel-address', 'dpa') ?? flagValue(args, 'master-addr')
  const port = valueOf(args, 'data-parallel-rpc-port', 'dpp') ?? flagValue(args, 'master-port')
  const instance = instanceName('vllm', address, port)
  const ranksInAll = known(world.size, 'declared')
  // Ray spreads the ranks over its nodes, and nobody here knows which node has which
  if (flagValue(args, 'distributed-executor-backend') === 'ray') {
    return { instance: ON_RAY, ranksInAll, firstRank: 0 }
  }
  return (
    nodesSpan(longForms(args), instance, ranksInAll) ?? replicasSpan(args, world, { instance, ranksInAll })
  )
}

const ON_RAY = 'vllm on Ray'

/** Some of the data-parallel replicas; each has all ranks of a model. */
function replicasSpan(
  args: readonly string[],
  { tensor, pipeline, data }: World,
  instance: Pick<Span, 'instance' | 'ranksInAll'>,
): Span | undefined {
  // a single replica that an outer load balancer knows
  const only = count(valueOf(args, 'data-parallel-rank', 'dpn'))
  const start = only ?? count(valueOf(args, 'data-parallel-start-rank', 'dpr'))
  const local =
    count(valueOf(args, 'data-parallel-size-local', 'dpl')) ?? (only === undefined ? undefined : 1)
  const isApart = hasFlag(args, 'headless') || start !== undefined || (local ?? data) < data
  if (!isApart) return undefined
  const ranks = tensor * pipeline
  const span = { ...instance, firstRank: (start ?? 0) * ranks }
  return local === undefined ? span : { ...span, ranksHere: local * ranks }
}

/** vLLM's `-n 2 -r 1`. */
function longForms(args: readonly string[]): readonly string[] {
  return args.map((arg) => (arg === '-n' ? '--nnodes' : arg === '-r' ? '--node-rank' : arg))
}

/** SGLang: `--nnodes`, `--node-rank`, `--dist-init-addr` (python/sglang/srt/server_args.py). */
export function sglangSpan(args: readonly string[], settings: EngineSettings): Span | undefined {
  const address = flagValue(args, 'dist-init-addr') ?? flagValue(args, 'nccl-init-addr')
  return nodesSpan(
    args,
    instanceName('sglang', address, undefined),
    known(worldOf(settings).size, 'declared'),
  )
}

/** Launchers of torch: torchrun's `--nnodes` with `--nproc-per-node`, accelerate's `--num_machines`, deepspeed's `--num_nodes`. */
export function launcherSpan({ root: { command } }: Claim, engine: string): Span | undefined {
  const launch = launchOf({ command })
  if (launch?.wrappers.some((wrapper) => LAUNCHERS.has(wrapper)) !== true) return undefined
  const own = command.slice(0, command.indexOf(launch.path) + 1)
  const [address, port] = ADDRESSES.map((names) => firstValue(own, names))
  return nodesSpan(own, instanceName(engine, address, port), ranksOfLauncher(own))
}

const ADDRESSES = [
  ['rdzv-endpoint', 'master-addr', 'main-process-ip'],
  ['master-port', 'main-process-port'],
]

function firstValue(args: readonly string[], names: readonly string[]): string | undefined {
  return names.map((name) => flagValue(args, name)).find((value) => value !== undefined)
}

/** accelerate counts the processes of all machines, torchrun those of one. */
function ranksOfLauncher(args: readonly string[]): Reading<number> {
  const perNode = count(flagValue(args, 'nproc-per-node'))
  const inAll = count(flagValue(args, 'num-processes')) ?? (perNode ?? NaN) * (nodesIn(args) ?? 1)
  return Number.isNaN(inAll) ? UNSEEN : known(inAll, 'declared')
}

const LAUNCHERS = new Set(['torchrun', 'accelerate', 'deepspeed'])
const UNSEEN = missing('not-reported', 'its other nodes are not to be seen from here')

function nodesSpan(args: readonly string[], instance: string, ranksInAll: Reading<number>): Span | undefined {
  const nodes = nodesIn(args)
  if (nodes === undefined || nodes < 2) return undefined
  const node = count(flagValue(args, 'node-rank') ?? flagValue(args, 'machine-rank')) ?? 0
  const here = map(ranksInAll, (all) => Math.ceil(all / nodes))
  return here.kind === 'missing'
    ? { instance, ranksInAll, firstRank: 0 }
    : { instance, ranksInAll, firstRank: node * here.value, ranksHere: here.value }
}

/** torchrun also takes a range, `1:4`: then nobody knows how many there are. */
function nodesIn(args: readonly string[]): number | undefined {
  const text = flagValue(args, 'nnodes') ?? flagValue(args, 'num-machines') ?? flagValue(args, 'num-nodes')
  return count(text)
}

function instanceName(engine: string, address: string | undefined, port: string | undefined): string {
  if (address === undefined) return engine
  return port === undefined ? `${engine} at ${address}` : `${engine} at ${address}:${port}`
}

/** A long flag, or its short form of one dash. */
function valueOf(args: readonly string[], name: string, short: string): string | undefined {
  const at = args.indexOf(`-${short}`)
  return flagValue(args, name) ?? (at === -1 ? undefined : args[at + 1])
}

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) ? Number(text) : undefined
}
