import { known, missing, type Missing } from '../core/reading.ts'
import { asArray, asNumber, asObject, asText } from '../core/decode.ts'
import { stated } from '../core/stated.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import { parseSglangMetrics, type SglangMetrics } from '../parse/engine-pages/sglang-metrics.ts'
import { addressOf, addressWants } from './address.ts'
import { pageWant } from './allow-list.ts'
import { jsonOf, otherModel, type Page, pageAnswer } from './answers.ts'
import { blankReport } from './blank-report.ts'
import { claimBy, type Role } from './claim-by.ts'
import { configOf, declaredModel, fromApi, settingsGaps } from './declared.ts'
import { environmentWant } from './environment.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { sglangFlags } from './flags/sglang.ts'
import type { NamedModel } from './hf-files.ts'
import { hasKey } from './keyed.ts'
import { launchOf, type Launch } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import { modelName } from './model-name.ts'
import { countedBy, pooled, preallocated, total } from './pool.ts'
import { flagValue, hasFlag } from './program.ts'
import { withShape } from './shape.ts'
import { stateOfSilent } from './starting.ts'
import { sglangSpan } from './span.ts'

/** The launcher holds the flags and the port; one scheduler per GPU holds the memory. */
export const sglang: Engine = {
  id: 'sglang',
  label: 'SGLang',
  comms: ['sglang', 'sglang::schedul'],
  claim: claimBy('sglang', roleOf),
  wants: sglangWants,
  report: sglangReport,
}

// besides the server, programs that load a model themselves, and Dynamo's worker, which runs the engine in itself
const MODULES =
  /^(?:sglang\.(?:launch_server|bench_one_batch|bench_offline_throughput|srt\.entrypoints)|sglang_router\.launch_server|dynamo\.sglang(?:\.|$)|fastchat\.serve\.sglang_worker$)/

function roleOf(process: HostProcess): Role | undefined {
  // titles by setproctitle; a comm is cut to 15 bytes: sglang::schedul
  if (process.command[0]?.startsWith('sglang::') === true) return 'member'
  const launch = launchOf(process)
  return launch !== undefined && isServer(launch) ? 'root' : undefined
}

function isServer({ name, kind, path, args }: Launch): boolean {
  if (kind === 'module') return MODULES.test(name) || (name === 'sglang' && args[0] === 'serve')
  return (name === 'sglang' && args[0] === 'serve') || path.endsWith('/sglang/launch_server.py')
}

const DEFAULT_PORT = 30_000

interface Pages {
  readonly metrics: Want
  readonly info: Want
}

function argsOf({ root }: Claim): readonly string[] | undefined {
  const launch = launchOf(root)
  return launch !== undefined && isServer(launch) ? launch.args : undefined
}

/** A benchmark has no pages, and only the first node answers. */
function mayBeAsked(claim: Claim): boolean {
  const args = argsOf(claim)
  const isBenchmark = launchOf(claim.root)?.name.includes('.bench_') === true
  if (args === undefined || isBenchmark) return false
  return (flagValue(args, 'node-rank') ?? '0') === '0'
}

/** A server with a key wants it for most pages. */
function pagesOf(claim: Claim, answers: Answers): Pages | undefined {
  const args = argsOf(claim)
  if (args === undefined || !mayBeAsked(claim)) return undefined
  const host = flagValue(args, 'host')
  const address = addressOf(claim, { port: portIn(args), ...(host === undefined ? {} : { host }) }, answers)
  const isLocked = flagValue(args, 'api-key') !== undefined && !hasKey(address, answers)
  if (address === undefined || isLocked) return undefined
  return { metrics: pageWant(address, '/metrics'), info: pageWant(address, '/server_info', 'once') }
}

function sglangWants(claim: Claim, answers: Answers): readonly Want[] {
  if (argsOf(claim) === undefined) return []
  const pages = pagesOf(claim, answers)
  return [
    environmentWant(claim.root.pid),
    ...(mayBeAsked(claim) ? addressWants(claim) : []),
    ...(pages === undefined ? [] : [pages.info, ...(hasMetrics(claim) ? [pages.metrics] : [])]),
    ...modelWants(modelOf(claim, pages, answers), answers),
  ]
}

/** As the command line names it, else as the server does. */
function modelOf(claim: Claim, pages: Pages | undefined, answers: Answers): NamedModel | undefined {
  const args = argsOf(claim) ?? []
  const text = flagsOf(claim).model?.text ?? infoOf(pages, answers).modelPath
  if (text === undefined) return undefined
  return { claim, text, revision: flagValue(args, 'revision'), downloads: flagValue(args, 'download-dir') }
}

function sglangReport(claim: Claim, answers: Answers): EngineReport {
  const flags = flagsOf(claim)
  const pages = pagesOf(claim, answers)
  const { contextTokens } = infoOf(pages, answers)
  const settings = { ...(contextTokens === undefined ? {} : { contextTokens }), ...flags.settings }
  const report = {
    ...reportOf(claim, answers),
    ...stated({ span: sglangSpan(argsOf(claim) ?? [], settings) }),
    telemetryGaps: [...(mayBeAsked(claim) && !hasMetrics(claim) ? [NO_METRICS] : []), ...settingsGaps(flags)],
  }
  const files = shapeOfFiles(modelOf(claim, pages, answers), 'sglang', flags.quantization, answers)
  return withShape(report, { settings, quantization: flags.quantization }, files)
}

const NO_METRICS = { what: 'KV cache use and requests', remedy: 'add --enable-metrics to the command' }

function portIn(args: readonly string[]): number {
  return Number(flagValue(args, 'port') ?? DEFAULT_PORT)
}

function flagsOf(claim: Claim): EngineFlags {
  return sglangFlags(argsOf(claim) ?? [])
}

function hasMetrics(claim: Claim): boolean {
  return hasFlag(argsOf(claim) ?? [], 'enable-metrics')
}

function reportOf(claim: Claim, answers: Answers): EngineReport {
  const args = argsOf(claim) ?? []
  const flags = flagsOf(claim)
  const pages = pagesOf(claim, answers)
  const info = infoOf(pages, answers)
  const silent = {
    ...blankReport('not-reported'),
    model: modelNamed(flags, info.modelPath),
    config: configOf(flags, { contextTokens: fromApi(info.contextTokens) }),
  }
  const page = metricsPage(claim, pages, answers)
  const metrics = page.kind === 'page' ? metricsIn(page, flags, args) : page
  if (page.kind === 'missing' || metrics.kind === 'missing') {
    const no = metrics.kind === 'missing' ? metrics : missing('not-reported')
    const kv = preallocated(no)
    const capacityTokens = info.poolTokens === undefined ? no : known(info.poolTokens)
    return {
      ...silent,
      state: mayBeAsked(claim) ? stateOfSilent(claim, portIn(args), answers) : 'serving',
      kv: { ...kv, capacityTokens },
      requests: { running: no, waiting: no, preemptions: no },
    }
  }
  return { ...silent, ...measured(page, metrics, info.poolTokens) }
}

function metricsPage(claim: Claim, pages: Pages | undefined, answers: Answers): Page | Missing {
  if (pages === undefined) return missing('not-supported', 'it has no server to ask, or wants a key')
  if (!hasMetrics(claim)) return missing('not-supported', 'SGLang says it only with --enable-metrics')
  return pageAnswer(answers, pages.metrics)
}

type Measured = SglangMetrics & { readonly kind: 'metrics' }

function metricsIn(page: Page, { model }: EngineFlags, args: readonly string[]): Measured | Missing {
  const metrics = parseSglangMetrics(page.text)
  if (metrics === undefined) return missing('malformed', 'what answers on its port is not SGLang')
  const expected = flagValue(args, 'served-model-name') ?? model?.text
  return otherModel(metrics.modelNames, expected) ?? { ...metrics, kind: 'metrics' }
}

function measured(
  page: Page,
  { replicas }: SglangMetrics,
  poolTokens: number | undefined,
): Partial<EngineReport> {
  const running = total(replicas.map((replica) => replica.running))
  return {
    state: running.kind === 'known' && running.value === 0 ? 'idle' : 'serving',
    kv: pooled(
      replicas.map((replica) => ({ ...replica, capacityTokens: replica.capacityTokens ?? poolTokens })),
    ),
    requests: {
      running,
      waiting: total(replicas.map(({ waiting }) => waiting)),
      preemptions: total(replicas.map(({ retractions }) => retractions)),
    },
    counted: countedBy(page.atMs, replicas),
  }
}

function modelNamed(flags: EngineFlags, modelPath: string | undefined): EngineReport['model'] {
  const declared = declaredModel(flags)
  if (declared.name.kind === 'known' || modelPath === undefined) return declared
  return { ...declared, name: known(modelName(modelPath)), source: known('api') }
}

function infoOf(pages: Pages | undefined, answers: Answers): Info {
  return infoIn(pages === undefined ? undefined : jsonOf(pageAnswer(answers, pages.info)))
}

interface Info {
  readonly modelPath: string | undefined
  readonly poolTokens: number | undefined
  readonly contextTokens: number | undefined
}

/** /server_info: since 0.5 the pool stands with each replica, before that at the top. */
function infoIn(page: unknown): Info {
  const info = asObject(page)
  const modelPath = asText(info?.['model_path'])
  if (info === undefined || modelPath === undefined) {
    return { modelPath: undefined, poolTokens: undefined, contextTokens: undefined }
  }
  const replica = asObject(asArray(info['internal_states'])?.[0])
  return {
    modelPath,
    poolTokens: asNumber(info['max_total_num_tokens']) ?? asNumber(replica?.['max_total_num_tokens']),
    contextTokens: asNumber(info['context_len']),
  }
}
