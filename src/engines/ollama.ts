import { known, missing } from '../core/reading.ts'
import { parseJson } from '../core/decode.ts'
import { stated } from '../core/stated.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import type { WorkloadModel } from '../model/workload.ts'
import { parseManifestWeights, parseOllamaPs, type OllamaModel } from '../parse/engine-pages/ollama.ts'
import { addressOf, addressWants, type Address } from './address.ts'
import { pageWant } from './allow-list.ts'
import { isLoading, jsonOf, pageAnswer, textAnswer } from './answers.ts'
import { blankReport } from './blank-report.ts'
import { configOf, declaredModel, fromApi } from './declared.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import { environmentOf, environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { llamaCppFlags } from './flags/llama-cpp.ts'
import { ollamaFlags } from './flags/ollama.ts'
import type { Environment } from './flags/read-flags.ts'
import { launchOf, type Launch } from './launch.ts'
import { llamaServerWants, slotGaps, slotsReport, stateOf } from './llama-server-pages.ts'
import { preallocated } from './pool.ts'
import { ggufShape, ggufWants } from './gguf-shape.ts'
import type { ModelShape } from './model-shape.ts'
import { flagValue } from './program.ts'
import { withShape } from './shape.ts'

/** `ollama serve` starts one runner per loaded model, and since 0.30 that runner is llama-server. Each is a workload of its own. */
export const ollama: Engine = {
  id: 'ollama',
  label: 'Ollama',
  comms: ['ollama', 'ollama_llama_se'],
  claim: claimOllama,
  wants: ollamaWants,
  report: ollamaReport,
}

function claimOllama([process, ...ancestors]: readonly HostProcess[]): Claim | undefined {
  const launch = process === undefined ? undefined : launchOf(process)
  if (process === undefined || launch === undefined) return undefined
  if (isServer(launch)) return { engine: 'ollama', root: process, keeper: true }
  const isChild = launch.name === 'llama-server' && (isPackaged(launch) || ancestors.some(isServerProcess))
  if (!isChild && !isRunner(launch)) return undefined
  return { engine: 'ollama', root: process }
}

// up to 0.8 a binary of its own in a temporary folder; then `ollama runner`, which MLX models still have
function isRunner({ name, args }: Launch): boolean {
  if (name === 'ollama_llama_server' || name === 'ollama_llama_se') return true
  return name === 'ollama' && args[0] === 'runner'
}

/** A bare `ollama` is the name by which the driver lists a runner. */
function isServer({ name, args }: Launch): boolean {
  return name === 'ollama' && (args[0] === undefined || args[0] === 'serve' || args[0] === 'start')
}

function isServerProcess(process: HostProcess): boolean {
  const launch = launchOf(process)
  return launch !== undefined && isServer(launch)
}

/** Its own llama-server lies in lib/ollama, and its model is a blob of its store. */
function isPackaged({ path, args }: Launch): boolean {
  return /(?:^|\/)ollama\/llama-server$/.test(path) || args.some((arg) => BLOB.test(arg))
}

const BLOB = /^(.*)\/blobs\/sha256-([0-9a-f]{64})$/

interface Seen {
  readonly launch: Launch | undefined
  readonly flags: EngineFlags
  /** Of `ollama serve`, which knows the names; and of a runner that is llama-server. */
  readonly server: Address | undefined
  readonly runner: Address | undefined
  readonly blob: Blob | undefined
}

interface Blob {
  readonly store: string
  readonly digest: string
}

const DEFAULT_PORT = 11_434

function see(claim: Claim, answers: Answers): Seen {
  const { root } = claim
  const launch = launchOf(root)
  const args = launch?.args ?? []
  // a runner inherits what its server was started with
  const environment = environmentOf(root.pid, answers)
  const isLlamaServer = launch?.name === 'llama-server'
  const port = Number(flagValue(args, 'port'))
  return {
    launch,
    flags: flagsOf(launch, environment),
    server: addressOf(claim, serverIn(environment), answers, serverPid(claim, launch)),
    runner: isLlamaServer ? addressOf(claim, { port }, answers) : undefined,
    blob: blobIn(args),
  }
}

const NO_ARGUMENTS: readonly string[] = []

/** The runner's -c counts all slots together, and is what it really has. */
function flagsOf(launch: Launch | undefined, environment: Environment): EngineFlags {
  const own = ollamaFlags(NO_ARGUMENTS, environment)
  if (launch === undefined || isServer(launch)) return own
  const told = llamaCppFlags(launch.args)
  return {
    ...told,
    settings: { ...own.settings, ...told.settings, engine: 'ollama' },
    origins: { ...own.origins, ...told.origins },
    // what a runner is told is decided by its server
    names: own.names,
  }
}

/** A runner's server is the process above it. */
function serverPid({ root }: Claim, launch: Launch | undefined): number {
  return launch !== undefined && isServer(launch) ? root.pid : root.parentPid
}

/** `OLLAMA_HOST` is an address, a port or a URL of both. */
function serverIn(environment: Environment): Partial<Address> {
  const [, host = '', port] =
    /^(?:https?:\/\/)?(.*?)(?::(\d+))?\/?$/.exec(environment['OLLAMA_HOST'] ?? '') ?? []
  return { host, port: Number(port ?? DEFAULT_PORT) }
}

function blobIn(args: readonly string[]): Blob | undefined {
  const [, store, digest] = BLOB.exec(flagValue(args, 'model') ?? '') ?? []
  return store === undefined || digest === undefined ? undefined : { store, digest }
}

function ollamaWants(claim: Claim, answers: Answers): readonly Want[] {
  const { launch, server, runner, blob } = see(claim, answers)
  return [
    environmentWant(claim.root.pid),
    ...addressWants(claim, serverPid(claim, launch)),
    ...(server === undefined ? [] : [pageWant(server, '/api/ps')]),
    ...(runner === undefined ? [] : llamaServerWants(runner, answers)),
    ...ggufWants(claim, pathOf(blob), answers),
    ...(server === undefined || blob === undefined
      ? []
      : loadedModels(server, answers).flatMap(({ name }) => manifestWants(claim, blob, name))),
  ]
}

function ollamaReport(claim: Claim, answers: Answers): EngineReport {
  const seen = see(claim, answers)
  const { flags } = seen
  const model = loadedModel(claim, seen, answers)
  const shape = ggufShape(claim, pathOf(seen.blob), answers)
  const contextTokens = model?.contextTokens
  const report: EngineReport = {
    ...blankReport('not-reported'),
    model: modelOf(flags, model),
    config: configOf(flags, {
      kvType: { value: 'f16', origin: 'default' },
      contextTokens: fromApi(contextTokens),
    }),
    onCpuRatio: model === undefined ? missing('not-reported') : known(onCpuRatio(model), 'derived'),
    ...stated({ expiresAtEpochMs: model?.expiresAtEpochMs }),
    ...runnerReport(seen, answers),
  }
  return withShape(report, { settings: placed(settingsOf(flags, model), model, shape) }, shape)
}

/** What is not in VRAM is layers on the CPU, of which Ollama says only how much they are. */
function placed(
  settings: EngineSettings,
  model: OllamaModel | undefined,
  shape: ModelShape | undefined,
): EngineSettings {
  const ratio = model === undefined ? 0 : onCpuRatio(model)
  if (ratio === 0 || shape === undefined || settings.gpuLayers !== undefined) return settings
  return { ...settings, gpuLayers: Math.floor((1 - ratio) * (shape.architecture.layers + 1)) }
}

/** A runner's own -c counts all slots together, as llama.cpp does; a runner without one has the server's context per slot. */
function settingsOf({ settings }: EngineFlags, model: OllamaModel | undefined): EngineSettings {
  if (settings.contextTokens !== undefined) return { ...settings, engine: 'llama.cpp' }
  return { ...settings, parallel: settings.parallel ?? 1, ...stated({ contextTokens: model?.contextTokens }) }
}

function pathOf(blob: Blob | undefined): string | undefined {
  return blob === undefined ? undefined : `${blob.store}/blobs/sha256-${blob.digest}`
}

function runnerReport({ launch, flags, runner }: Seen, answers: Answers): Partial<EngineReport> {
  if (runner === undefined) {
    const isOlder = launch !== undefined && isRunner(launch)
    const why = isOlder ? 'Ollama says it since 0.30' : 'its runner is not to be seen'
    return { kv: preallocated(missing('not-supported', why)), telemetryGaps: isOlder ? [OLDER] : [] }
  }
  const state = stateOf(runner, answers)
  if (state.kind === 'answering') {
    const { props } = state
    return {
      ...slotsReport(runner, answers, props, flags.settings.kvUnified ?? false),
      telemetryGaps: slotGaps(props),
    }
  }
  return { state: isLoading(state) ? 'loading' : 'serving', kv: preallocated(state) }
}

const OLDER = { what: 'KV cache use and requests', remedy: 'update Ollama: it says so since 0.30' }

/** Of the loaded models the one that this runner has: its manifest names the runner's blob. */
function loadedModel(claim: Claim, { server, blob }: Seen, answers: Answers): OllamaModel | undefined {
  const loaded = server === undefined ? [] : loadedModels(server, answers)
  if (blob === undefined) return onlyOne(loaded)
  const manifests = loaded.map((model) => ({ model, text: manifestText(claim, blob, model, answers) }))
  const its = manifests.find(
    ({ text }) =>
      text !== undefined && parseManifestWeights(parseJson(text)).includes(`sha256:${blob.digest}`),
  )
  // where the store can't be read, one model and one runner belong together
  return its?.model ?? (manifests.some(({ text }) => text !== undefined) ? undefined : onlyOne(loaded))
}

function manifestText(claim: Claim, blob: Blob, { name }: OllamaModel, answers: Answers): string | undefined {
  const [want] = manifestWants(claim, blob, name)
  return want === undefined ? undefined : textAnswer(answers, want)?.text
}

function loadedModels(server: Address, answers: Answers): readonly OllamaModel[] {
  return parseOllamaPs(jsonOf(pageAnswer(answers, pageWant(server, '/api/ps')))) ?? []
}

function onlyOne(loaded: readonly OllamaModel[]): OllamaModel | undefined {
  return loaded.length === 1 ? loaded[0] : undefined
}

/** `llama3.2:3b` lies in manifests/registry.ollama.ai/library/llama3.2/3b. None for a name that could lead elsewhere. */
function manifestWants({ root }: Claim, { store }: Blob, name: string): readonly Want[] {
  const [path = '', tag = 'latest'] = name.split(/:(?=[^:/]*$)/)
  const parts = path.split('/')
  const full = [...['registry.ollama.ai', 'library'].slice(0, Math.max(0, 3 - parts.length)), ...parts, tag]
  if (!full.every((part) => /^[\w-][\w.-]*$/.test(part))) return []
  return [
    {
      kind: 'file',
      path: `${store}/manifests/${full.join('/')}`,
      every: 'once',
      maxBytes: 64 * 1024,
      ...(root.container === undefined ? {} : { viaPid: root.pid }),
    },
  ]
}

/** Of what Ollama counts for the model, the part that is not on a GPU. */
function onCpuRatio(model: OllamaModel): number {
  return model.sizeBytes <= 0 ? 0 : Math.max(0, 1 - model.vramBytes / model.sizeBytes)
}

function modelOf(flags: EngineFlags, model: OllamaModel | undefined): WorkloadModel {
  const no = missing('not-reported')
  if (model !== undefined) {
    return {
      name: known(model.name),
      source: known('api'),
      quantization: model.quantization === undefined ? no : known(model.quantization),
      parameters: no,
    }
  }
  // a digest is no name
  const isBlob = flags.model !== undefined && /(?:^|\/)sha256-[0-9a-f]+$/.test(flags.model.text)
  return declaredModel(isBlob ? { model: undefined, quantization: undefined } : flags)
}
