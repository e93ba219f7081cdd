import { known, missing, type Missing } from '../core/reading.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import { asArray, asNumber, asObject, asText } from '../core/decode.ts'
import { parseVllmMetrics, type VllmMetrics } from '../parse/engine-pages/vllm-metrics.ts'
import { addressOf, addressWants, type Address } from './address.ts'
import { pageWant } from './allow-list.ts'
import { jsonOf, otherModel, type Page, pageAnswer } from './answers.ts'
import { blankReport } from './blank-report.ts'
import { claimBy, type Role } from './claim-by.ts'
import { configOf, declaredModel, fromApi, type LearntSettings } from './declared.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { vllmFlags } from './flags/vllm.ts'
import { launchOf, type Launch } from './launch.ts'
import { modelName } from './model-name.ts'
import { countedBy, pooled, preallocated, total } from './pool.ts'
import { flagValue, hasFlag } from './program.ts'
import { withCatalogue } from './shape.ts'

/** The API server holds the flags and the port; its EngineCore, or the workers below that, hold the memory. */
export const vllm: Engine = {
  id: 'vllm',
  label: 'vLLM',
  comms: ['vllm', 'VLLM::EngineCor'],
  claim: claimBy('vllm', roleOf),
  wants: vllmWants,
  report: (claim, answers) => withCatalogue(reportOf(claim, answers), flagsOf(claim)),
}

// PREFIX::NAME by set_process_title, the prefix from VLLM_PROCESS_NAME_PREFIX; a comm is cut to 15 bytes
const TITLE = /^[\w-]+::(?:EngineCor|Worker(?:_|$)|APIServer|DPCoordin)/
// V0, and workers on a Ray cluster; an idle Ray worker can still hold what its task took
const OLD_TITLE = /^VllmWorkerProcess\b|^ray::(?:RayWorker(?:Wrapper|Proc)|IDLE|\w*EngineCore)/
const SUBCOMMANDS = new Set(['serve', 'run-batch'])
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
  return kind === 'module' ? name.startsWith('vllm.entrypoints.') : /\/vllm\/entrypoints\/.+\.py$/.test(path)
}

/** The pages of its API server; undefined for an offline engine, a headless rank, and a worker whose server is not seen. */
function pagesOf(claim: Claim, answers: Answers): Pages | undefined {
  const args = argsOf(claim)
  if (args === undefined || args[0] === 'bench' || args[0] === 'run-batch') return undefined
  if (SILENT_FLAGS.some((flag) => hasFlag(args, flag)) || flagValue(args, 'uds') !== undefined)
    return undefined
  const listens = { port: Number(flagValue(args, 'port') ?? DEFAULT_PORT), ...hostIn(args) }
  const address = addressOf(claim, listens, answers)
  return address === undefined
    ? undefined
    : { ...pages(address), isLocked: flagValue(args, 'api-key') !== undefined }
}

const DEFAULT_PORT = 8000
const SILENT_FLAGS = ['headless', 'disable-log-stats']

interface Pages {
  readonly metrics: Want
  readonly version: Want
  readonly models: Want
  /** /v1 wants a key; the others don't. */
  readonly isLocked: boolean
}

function pages(address: Address): Omit<Pages, 'isLocked'> {
  return {
    metrics: pageWant(address, '/metrics'),
    version: pageWant(address, '/version', 'once'),
    models: pageWant(address, '/v1/models', 'once'),
  }
}

function vllmWants(claim: Claim, answers: Answers): readonly Want[] {
  const found = pagesOf(claim, answers)
  if (found === undefined) return argsOf(claim) === undefined ? [] : addressWants(claim)
  const { metrics, version, models, isLocked } = found
  return [...addressWants(claim), metrics, version, ...(isLocked ? [] : [models])]
}

function reportOf(claim: Claim, answers: Answers): EngineReport {
  const args = argsOf(claim)
  const flags = flagsOf(claim)
  const found = pagesOf(claim, answers)
  const page =
    found === undefined
      ? missing('not-supported', 'no metrics: offline, headless or without log stats')
      : pageAnswer(answers, found.metrics)
  const metrics = page.kind === 'page' ? metricsIn(page, flags, args ?? []) : page
  const silent = {
    ...blankReport('not-reported'),
    model: declaredModel(flags),
    config: configOf(flags, learnt(found, answers, undefined)),
  }
  if (page.kind !== 'page' || metrics.kind === 'missing') {
    const no = metrics.kind === 'missing' ? metrics : missing('not-reported')
    return {
      ...silent,
      kv: preallocated(no),
      requests: { running: no, waiting: no, preemptions: no },
      counted: no,
    }
  }
  return {
    ...silent,
    ...measured(page, metrics, flags),
    config: configOf(flags, learnt(found, answers, metrics)),
  }
}

function flagsOf(claim: Claim): EngineFlags {
  return vllmFlags(argsOf(claim) ?? [])
}

function argsOf({ root }: Claim): readonly string[] | undefined {
  const launch = launchOf(root)
  return launch !== undefined && isServer(launch) ? launch.args : undefined
}

function hostIn(args: readonly string[]): { readonly host?: string } {
  const host = flagValue(args, 'host')
  return host === undefined ? {} : { host }
}

type Measured = VllmMetrics & { readonly kind: 'metrics' }

function metricsIn(page: Page, flags: EngineFlags, args: readonly string[]): Measured | Missing {
  const metrics = parseVllmMetrics(page.text)
  if (metrics === undefined) return missing('malformed', 'what answers on its port is not vLLM')
  const expected = flagValue(args, 'served-model-name') ?? flags.model?.text
  return otherModel(metrics.modelNames, expected) ?? { ...metrics, kind: 'metrics' }
}

function measured(
  page: Page,
  { engines, modelNames }: VllmMetrics,
  flags: EngineFlags,
): Partial<EngineReport> {
  const running = total(engines.map((engine) => engine.running))
  const waiting = total(engines.map((engine) => engine.waiting))
  const isAsleep = engines.every(({ isAwake }) => !isAwake)
  const isIdle = running.kind === 'known' && running.value === 0
  const [name] = modelNames
  const model = declaredModel(flags)
  return {
    state: isAsleep ? 'sleeping' : isIdle ? 'idle' : 'serving',
    kv: pooled(engines),
    requests: { running, waiting, preemptions: total(engines.map(({ preemptions }) => preemptions)) },
    counted: countedBy(page.atMs, engines),
    ...(model.name.kind === 'missing' && name !== undefined
      ? { model: { ...model, name: known(modelName(name)), source: known('api') } }
      : {}),
  }
}

/** What the server says of settings, and what its version takes where nobody says anything. */
function learnt(
  found: Pages | undefined,
  answers: Answers,
  metrics: VllmMetrics | undefined,
): LearntSettings {
  if (found === undefined) return {}
  const version = asText(asObject(jsonOf(pageAnswer(answers, found.version)))?.['version'])
  const [card] = asArray(asObject(jsonOf(pageAnswer(answers, found.models)))?.['data']) ?? []
  return {
    contextTokens: fromApi(asNumber(asObject(card)?.['max_model_len'])),
    kvType: fromApi(metrics?.cacheType),
    gpuMemoryUtilization: fromApi(metrics?.gpuMemoryUtilization) ?? {
      value: defaultUtilization(version),
      origin: 'default',
    },
  }
}

/** 0.9 up to at least 0.16, 0.92 in the documentation of 0.26 and later. */
function defaultUtilization(version: string | undefined): number {
  const [, minor] = /^0\.(\d+)/.exec(version ?? '') ?? []
  return minor !== undefined && Number(minor) <= 16 ? 0.9 : 0.92
}
