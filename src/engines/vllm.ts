import { known, missing, type Missing } from '../core/reading.ts'
import { stated } from '../core/stated.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import type { TelemetryGap, WorkloadModel, WorkloadState } from '../model/workload.ts'
import { addressOf, addressWants } from './address.ts'
import { blankReport } from './blank-report.ts'
import { claimBy, type Role } from './claim-by.ts'
import { configOf, declaredModel, settingsGaps } from './declared.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import { environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { vllmFlags } from './flags/vllm.ts'
import type { NamedModel } from './hf-files.ts'
import { hasKey } from './keyed.ts'
import { launchOf, type Launch } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import { modelName } from './model-name.ts'
import { preallocated } from './pool.ts'
import { flagValue, hasFlag } from './program.ts'
import { withShape } from './shape.ts'
import { stateOfSilent } from './starting.ts'
import { vllmSpan } from './span.ts'
import {
  saidByVllm,
  vllmCard,
  vllmLearnt,
  vllmNow,
  vllmPages,
  vllmSettings,
  type SaidByVllm,
  type VllmPages,
} from './vllm-pages.ts'

/** The API server holds the flags and the port; its EngineCore, or the workers below that, hold the memory. */
export const vllm: Engine = {
  id: 'vllm',
  label: 'vLLM',
  comms: ['vllm', 'VLLM::EngineCor'],
  claim: claimBy('vllm', roleOf),
  wants: vllmWants,
  report: vllmReport,
}

// PREFIX::NAME by set_process_title, the prefix from VLLM_PROCESS_NAME_PREFIX; a comm is cut to 15 bytes
const TITLE = /^[\w-]+::(?:EngineCor|Worker(?:_|$)|APIServer|DPCoordin)/
// V0, and workers on a Ray cluster; an idle Ray worker can still hold what its task took
const OLD_TITLE = /^VllmWorkerProcess\b|^ray::(?:RayWorker(?:Wrapper|Proc)|IDLE|\w*EngineCore)/
const SUBCOMMANDS = new Set(['serve', 'run-batch'])
// NVIDIA NIM's build of it, and workers of Dynamo and FastChat that run the engine in themselves
const MODULE = /^(?:vllm(?:_nvext)?\.entrypoints\.|dynamo\.vllm(?:\.|$)|fastchat\.serve\.vllm_worker$)/
const OFFLINE_BENCHMARKS = new Set(['latency', 'throughput'])

function roleOf(process: HostProcess): Role | undefined {
  const [title = ''] = process.command
  if (TITLE.test(title) || OLD_TITLE.test(title)) return 'member'
  const launch = launchOf(process)
  return launch !== undefined && isServer(launch) ? 'root' : undefined
}

function isServer({ name, kind, path, args }: Launch): boolean {
  const [subcommand = '', second = ''] = args
  if (name === 'vllm' || name === 'vllm.entrypoints.cli.main') {
    return SUBCOMMANDS.has(subcommand) || (subcommand === 'bench' && OFFLINE_BENCHMARKS.has(second))
  }
  return kind === 'module' ? MODULE.test(name) : /\/vllm\/entrypoints\/.+\.py$/.test(path)
}

const DEFAULT_PORT = 8000

/** The pages of its API server; undefined for an offline engine, a headless rank, and a worker whose server is not seen. */
function pagesOf(claim: Claim, answers: Answers): VllmPages | undefined {
  const args = argsOf(claim)
  if (args === undefined || whySilent(args) !== undefined) return undefined
  const host = flagValue(args, 'host')
  const address = addressOf(claim, { port: portIn(args), ...(host === undefined ? {} : { host }) }, answers)
  if (address === undefined) return undefined
  return vllmPages(address, flagValue(args, 'api-key') !== undefined && !hasKey(address, answers))
}

/** What a command line says about why there are no metrics to read. */
function whySilent(args: readonly string[]): string | undefined {
  if (args[0] === 'bench' || args[0] === 'run-batch') return 'it runs offline'
  if (hasFlag(args, 'headless')) return 'it is headless: the node with the API server answers for it'
  if (hasFlag(args, 'disable-log-stats')) return 'it was started with --disable-log-stats'
  return flagValue(args, 'uds') === undefined ? undefined : 'it listens on a socket file, not on a port'
}

function vllmWants(claim: Claim, answers: Answers): readonly Want[] {
  const args = argsOf(claim)
  if (args === undefined) return []
  const pages = pagesOf(claim, answers)
  const { metrics, version, models, isLocked = true } = pages ?? {}
  return [
    environmentWant(claim.root.pid),
    ...(whySilent(args) === undefined ? addressWants(claim) : []),
    ...[metrics, version, isLocked ? undefined : models].filter((want) => want !== undefined),
    ...modelWants(modelOf(claim, pages, answers), answers),
  ]
}

/** As the command line names it, else as the server does. */
function modelOf(claim: Claim, pages: VllmPages | undefined, answers: Answers): NamedModel | undefined {
  const args = argsOf(claim) ?? []
  const text = flagsOf(claim).model?.text ?? (pages === undefined ? undefined : vllmCard(pages, answers).root)
  if (text === undefined) return undefined
  return { claim, text, revision: flagValue(args, 'revision'), downloads: flagValue(args, 'download-dir') }
}

function vllmReport(claim: Claim, answers: Answers): EngineReport {
  const args = argsOf(claim) ?? []
  const flags = flagsOf(claim)
  const pages = pagesOf(claim, answers)
  const said = metricsOf(claim, pages, answers)
  const metrics = said.kind === 'metrics' ? said : undefined
  const settings = { ...vllmSettings(pages, answers, metrics), ...flags.settings }
  const model = modelOf(claim, pages, answers)
  const report: EngineReport = {
    ...blankReport('not-reported'),
    model: namedModel(flags, metrics, model),
    config: configOf(flags, vllmLearnt(pages, answers, metrics)),
    telemetryGaps: [...gapsOf(args), ...settingsGaps(flags)],
    ...stated({ span: vllmSpan(claim, args, settings) }),
    ...(said.kind === 'metrics' ? vllmNow(said) : silence(said, silentState(claim, answers))),
  }
  const files = shapeOfFiles(model, 'vllm', flags.quantization, answers)
  return withShape(report, { settings, quantization: flags.quantization }, files)
}

function metricsOf(claim: Claim, pages: VllmPages | undefined, answers: Answers): SaidByVllm | Missing {
  const args = argsOf(claim) ?? []
  if (pages === undefined) {
    return missing('not-supported', whySilent(args) ?? 'no metrics: where it listens is not to be seen')
  }
  return saidByVllm(pages, answers, flagValue(args, 'served-model-name') ?? flagsOf(claim).model?.text)
}

function silence(
  no: Missing,
  state: WorkloadState,
): Pick<EngineReport, 'state' | 'kv' | 'requests' | 'counted'> {
  return {
    state,
    kv: preallocated(no),
    requests: { running: no, waiting: no, preemptions: no },
    counted: no,
  }
}

function silentState(claim: Claim, answers: Answers): WorkloadState {
  const args = argsOf(claim)
  if (args === undefined || whySilent(args) !== undefined) return 'serving'
  return stateOfSilent(claim, portIn(args), answers)
}

function portIn(args: readonly string[]): number {
  return Number(flagValue(args, 'port') ?? DEFAULT_PORT)
}

function gapsOf(args: readonly string[]): readonly TelemetryGap[] {
  if (hasFlag(args, 'disable-log-stats')) {
    return [{ what: 'KV cache use and requests', remedy: 'start it without --disable-log-stats' }]
  }
  if (flagValue(args, 'uds') === undefined) return []
  return [{ what: 'KV cache use and requests', remedy: 'let it listen on a port instead of --uds' }]
}

/** Where the command line names no model, the name that the server has for it, and at last the one that requests use. */
function namedModel(
  flags: EngineFlags,
  metrics: SaidByVllm | undefined,
  model: NamedModel | undefined,
): WorkloadModel {
  const declared = declaredModel(flags)
  const name = model?.text ?? metrics?.modelNames[0]
  if (declared.name.kind === 'known' || name === undefined) return declared
  return { ...declared, name: known(modelName(name)), source: known('api') }
}

function flagsOf(claim: Claim): EngineFlags {
  return vllmFlags(argsOf(claim) ?? [])
}

function argsOf({ root }: Claim): readonly string[] | undefined {
  const launch = launchOf(root)
  return launch !== undefined && isServer(launch) ? launch.args : undefined
}
