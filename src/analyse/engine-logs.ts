import type { Fault } from '../core/fault.ts'
import { seconds } from '../core/units.ts'
import type { EngineReport } from '../engines/engine.ts'
import { launchOf } from '../engines/launch.ts'
import { modelName } from '../engines/model-name.ts'
import { flagValue } from '../engines/program.ts'
import type { ReportedMemory } from '../model/reported-memory.ts'
import type { TextPart } from '../model/sample.ts'
import { partNames, type Want } from '../model/want.ts'
import type { EngineId } from '../model/workload.ts'
import { parseEngineLog } from '../parse/engine-log/engine-log.ts'
import { logIdentity, type LogIdentity } from '../parse/engine-log/identity.ts'
import { logOfRunner } from '../parse/engine-log/ollama-starts.ts'
import type { AnswerBook } from './answers.ts'
import type { ClaimedGroup } from './claims.ts'

/** Files that the user named as an engine's log are in every sample under these names, reduced already. */
const NAMED_LOG = 'engine-log/'
const LOG_BYTES = 4 * 1024 ** 2
/** While an engine starts, its log grows. */
const LOOK_AGAIN_MS = seconds(30)

/** Whose words the log of an engine is written in; engines that are not here print no sizes. */
const WRITTEN_BY: Readonly<Partial<Record<EngineId, ReportedMemory['engine']>>> = {
  vllm: 'vllm',
  sglang: 'sglang',
  'llama.cpp': 'llama.cpp',
  ollama: 'llama.cpp',
  koboldcpp: 'llama.cpp',
  'text-generation-webui': 'llama.cpp',
}

/** The log of each engine that writes one, until all that it says of sizes was read. */
export function logWants(group: ClaimedGroup, answers: AnswerBook): readonly Want[] {
  const { engine } = group.claim
  if (WRITTEN_BY[engine] === undefined) return []
  const want = { kind: 'log', pid: logPid(group), maxBytes: LOG_BYTES, reduce: 'engine-log' } as const
  const answer = answers.get(partNames(want).join())
  if (answer?.part === undefined) return [{ ...want, every: 'once' }]
  const reported = ownLog(group, answers)
  return reported !== undefined && isComplete(reported) ? [] : [{ ...want, every: LOOK_AGAIN_MS }]
}

/** What the engines printed of themselves, by workload, and the named logs that were of no use. */
export interface EngineLogs {
  readonly reported: ReadonlyMap<string, ReportedMemory>
  readonly unused: readonly Fault[]
}

export function readLogs(
  groups: readonly ClaimedGroup[],
  reports: ReadonlyMap<string, EngineReport>,
  answers: AnswerBook,
): EngineLogs {
  const reported = new Map(
    groups.flatMap((group) => {
      const own = ownLog(group, answers)
      return own === undefined ? [] : [[group.id, own] as const]
    }),
  )
  const unused: Fault[] = []
  for (const [name, { part }] of answers) {
    if (!name.startsWith(NAMED_LOG) || part?.kind !== 'text') continue
    const log = read(part)
    const owner = ownerOf(log, groups, reports)
    // a file that the user names is what the user wants to be believed
    if (owner.kind === 'owner' && log.sizes !== undefined) reported.set(owner.id, log.sizes)
    else
      unused.push({ kind: 'unused-log', file: name.slice(NAMED_LOG.length), because: whyUnused(log, owner) })
  }
  return { reported, unused }
}

/** The process whose output it is: of a runner of Ollama its server, which writes for all of them. */
function logPid({ claim: { engine, root } }: ClaimedGroup): number {
  return engine === 'ollama' && runnerPort(root.command) !== undefined ? root.parentPid : root.pid
}

function runnerPort(command: readonly string[]): number | undefined {
  const port = Number(flagValue(launchOf({ command })?.args ?? [], 'port'))
  return Number.isNaN(port) ? undefined : port
}

function ownLog(group: ClaimedGroup, answers: AnswerBook): ReportedMemory | undefined {
  const { claim, holdings, helpers } = group
  const port = claim.engine === 'ollama' ? runnerPort(claim.root.command) : undefined
  if (port !== undefined) return sizesBehindStart(answers, logPid(group), port)
  const pids = new Set([logPid(group), ...holdings.map(({ process }) => process.pid), ...helpers])
  for (const pid of pids) {
    const part = answers.get(`log/${pid}`)?.part
    const sizes = part?.kind === 'text' ? read(part).sizes : undefined
    if (sizes !== undefined && sizes.engine === WRITTEN_BY[claim.engine]) return sizes
  }
  return undefined
}

function sizesBehindStart(answers: AnswerBook, pid: number, port: number): ReportedMemory | undefined {
  const part = answers.get(`log/${pid}`)?.part
  if (part?.kind !== 'text') return undefined
  const byPort = RUNNERS.get(part) ?? new Map<number, ReportedMemory | undefined>()
  RUNNERS.set(part, byPort)
  if (!byPort.has(port)) byPort.set(port, parseEngineLog(logOfRunner(part.text, port)))
  return byPort.get(port)
}

interface ReadLog {
  readonly sizes: ReportedMemory | undefined
  readonly identity: LogIdentity
}

// a log is read once, not at every tick; what is remembered follows from its text alone
const READ = new WeakMap<TextPart, ReadLog>()
const RUNNERS = new WeakMap<TextPart, Map<number, ReportedMemory | undefined>>()

function read(part: TextPart): ReadLog {
  const present = READ.get(part)
  if (present !== undefined) return present
  const log = { sizes: parseEngineLog(part.text), identity: logIdentity(part.text) }
  READ.set(part, log)
  return log
}

/** The last lines of a start were printed: nothing more is to come. */
function isComplete({ devices, kvTokens, cudaGraphBytes }: ReportedMemory): boolean {
  if (devices.length > 0) return devices.some(({ computeBytes }) => computeBytes > 0)
  return kvTokens !== undefined && cudaGraphBytes !== undefined
}

type Owner = { readonly kind: 'owner'; readonly id: string } | { readonly kind: 'none' | 'several' }

/** The workload whose engine wrote a log: by the model that it loaded last, and by the pids that wrote it. */
function ownerOf(
  { sizes, identity }: ReadLog,
  groups: readonly ClaimedGroup[],
  reports: ReadonlyMap<string, EngineReport>,
): Owner {
  const model = identity.models.at(-1)
  const candidates = groups
    .filter(({ claim }) => sizes !== undefined && WRITTEN_BY[claim.engine] === sizes.engine)
    .filter(({ id }) => model === undefined || mayBe(reports.get(id), model))
  const named = candidates.filter(({ claim, holdings, helpers }) =>
    [claim.root.pid, ...holdings.map(({ process }) => process.pid), ...helpers].some((pid) =>
      identity.pids.includes(pid),
    ),
  )
  // pids may be of another namespace: they can only speak for a workload, not against one
  const [only, ...others] = named.length > 0 ? named : candidates
  if (only === undefined) return { kind: 'none' }
  return others.length === 0 ? { kind: 'owner', id: only.id } : { kind: 'several' }
}

function mayBe(report: EngineReport | undefined, model: string): boolean {
  const name = report?.model.name
  return name?.kind !== 'known' || modelName(name.value) === modelName(model)
}

function whyUnused({ sizes, identity }: ReadLog, owner: Owner): string {
  if (sizes === undefined) return 'it has no lines of sizes that llmtop knows'
  const of =
    identity.models.at(-1) === undefined
      ? sizes.engine
      : `${sizes.engine} with '${identity.models.at(-1) ?? ''}'`
  return owner.kind === 'several' ? `more than one workload here could be ${of}` : `no workload here is ${of}`
}
