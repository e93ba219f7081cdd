import { known, missing } from '../core/reading.ts'
import { stated } from '../core/stated.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { Want } from '../model/want.ts'
import type { WorkloadModel } from '../model/workload.ts'
import type { OllamaModel } from '../parse/engine-pages/ollama.ts'
import { addressOf, addressWants, type Address } from './address.ts'
import { isLoading } from './answers.ts'
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
import { claimOllama, isRunner, isServer } from './ollama-processes.ts'
import { blobOf, loadedModel, loadedWant, manifestsWanted, pathOf, type Blob } from './ollama-store.ts'
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

interface Seen {
  readonly launch: Launch | undefined
  readonly flags: EngineFlags
  /** Of `ollama serve`, which knows the names; and of a runner that is llama-server. */
  readonly server: Address | undefined
  readonly runner: Address | undefined
  readonly blob: Blob | undefined
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
    blob: blobOf(flagValue(args, 'model')),
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
    problems: [...own.problems, ...told.problems],
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

function ollamaWants(claim: Claim, answers: Answers): readonly Want[] {
  const { launch, server, runner, blob } = see(claim, answers)
  return [
    environmentWant(claim.root.pid),
    ...addressWants(claim, serverPid(claim, launch)),
    ...(server === undefined ? [] : [loadedWant(server)]),
    ...(runner === undefined ? [] : llamaServerWants(runner, answers)),
    ...ggufWants(claim, pathOf(blob), answers),
    ...manifestsWanted(claim, { server, blob }, answers),
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
