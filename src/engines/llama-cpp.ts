import { known, missing } from '../core/reading.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import type { WorkloadModel } from '../model/workload.ts'
import type { LlamaServerProps } from '../parse/engine-pages/llama-server.ts'
import { addressOf, addressWants, type Address } from './address.ts'
import { isLoading } from './answers.ts'
import { blankReport } from './blank-report.ts'
import { claimBy, type Role } from './claim-by.ts'
import { configOf, declaredModel, fromApi } from './declared.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import { environmentOf, environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { llamaCppFlags } from './flags/llama-cpp.ts'
import type { Environment } from './flags/read-flags.ts'
import { hasKey } from './keyed.ts'
import { launchOf, type Launch } from './launch.ts'
import { llamaServerWants, servesModel, slotGaps, slotsReport, stateOf } from './llama-server-pages.ts'
import { modelName } from './model-name.ts'
import { preallocated } from './pool.ts'
import { ggufShape, ggufWants } from './gguf-shape.ts'
import { flagValue } from './program.ts'
import { withShape } from './shape.ts'

/** One process holds everything; in router mode each model has a llama-server of its own below the router. */
export const llamaCpp: Engine = {
  id: 'llama.cpp',
  label: 'llama.cpp',
  comms: ['llama-server', 'com.docker.llam', 'llama-cli', 'llama', 'llamafile', 'ld-linux-x86-64'],
  claim: claimBy('llama.cpp', roleOf),
  wants: llamaCppWants,
  report: llamaCppReport,
}

// the tools of llama.cpp that load a model; names such as llama-swap and llama-stack belong to others
const TOOLS = new Set(
  'server cli run simple simple-chat bench batched-bench perplexity mtmd-cli embedding parallel speculative speculative-simple batched completion imatrix tts lookup lookahead save-load-state retrieval passkey eval-callback export-lora finetune cvector-generator diffusion-cli gemma3-cli llava-cli minicpmv-cli qwen2vl-cli results fit-params'
    .split(' ')
    .map((tool) => `llama-${tool}`),
).add('ggml-rpc-server')
// as Docker Model Runner packs it, and as one file with its model
const SERVERS = new Set(['llama-server', 'com.docker.llama-server', 'llamafile'])
// holds the layers of another machine's model (tools/rpc); the name may be anybody's, and is longer since 2026
const RPC_FLAGS = new Set(['-H', '--host', '-p', '--port', '-d', '--device', '-c', '--cache'])
// the unified binary since 2026: `llama serve`
const SUBCOMMANDS = new Set(['serve', 'server', 'cli', 'chat', 'run', 'bench', 'completion'])
// before they were renamed in 2024, and only with a model to load
const OLD_NAMES = new Set(['server', 'main', 'llama'])
// LocalAI's backend, one process per model, told apart by the CPU level: llama-cpp-avx2
const LOCALAI_BACKEND = /^llama-cpp(?:-[a-z0-9]+)*$/

function roleOf(process: HostProcess): Role | undefined {
  const launch = launchOf(process)
  return launch !== undefined && isTool(launch) ? 'root' : undefined
}

function isTool({ name, kind, args }: Launch): boolean {
  if (kind !== 'executable') return name === 'llama_cpp.server'
  if (TOOLS.has(name) || SERVERS.has(name) || name.endsWith('.llamafile')) return true
  if (name === 'llama' && SUBCOMMANDS.has(args[0] ?? '')) return true
  return hasOwnArgument(name, args)
}

/** Whether a program whose name may be anybody's was told what only llama.cpp is told. */
function hasOwnArgument(name: string, args: readonly string[]): boolean {
  if (name === 'rpc-server') return args.some((arg) => RPC_FLAGS.has(arg))
  if (OLD_NAMES.has(name)) return args.some((arg) => arg.endsWith('.gguf'))
  return LOCALAI_BACKEND.test(name) && args.some((arg) => arg.startsWith('--addr'))
}

/** llama-cpp-python and LocalAI's backend serve by protocols of their own. */
function isServer({ name, args }: Launch): boolean {
  if (name === 'llama') return args[0] === 'serve' || args[0] === 'server'
  return SERVERS.has(name) || name === 'server' || name.endsWith('.llamafile')
}

interface Seen {
  readonly flags: EngineFlags
  readonly address: Address | undefined
}

const DEFAULT_PORT = 8080

function see(claim: Claim, answers: Answers): Seen {
  const { root } = claim
  const launch = launchOf(root)
  const environment = environmentOf(root.pid, answers)
  const args = launch?.args ?? []
  const isServing = launch !== undefined && isServer(launch)
  const flags = withOwnModel(llamaCppFlags(args, environment, isServing), launch)
  // a server with a key writes a line into its log for each refusal
  const isLocked = ['api-key', 'api-key-file'].some((flag) => flagValue(args, flag) !== undefined)
  if (!isServing) return { flags, address: undefined }
  const address = addressOf(claim, listensIn(args, environment), answers)
  return { flags, address: isLocked && !hasKey(address, answers) ? undefined : address }
}

/** A llamafile holds its model itself. */
function withOwnModel(flags: EngineFlags, launch: Launch | undefined): EngineFlags {
  if (flags.model !== undefined || launch?.name.endsWith('.llamafile') !== true) return flags
  return { ...flags, model: { kind: 'name', text: launch.name } }
}

function listensIn(args: readonly string[], environment: Environment): Partial<Address> {
  const host = flagValue(args, 'host') ?? environment['LLAMA_ARG_HOST']
  const port = Number(flagValue(args, 'port') ?? environment['LLAMA_ARG_PORT'] ?? DEFAULT_PORT)
  return { port, ...(host === undefined ? {} : { host }) }
}

function llamaCppWants(claim: Claim, answers: Answers): readonly Want[] {
  const { flags, address } = see(claim, answers)
  return [
    environmentWant(claim.root.pid),
    ...addressWants(claim),
    ...(address === undefined ? [] : llamaServerWants(address, answers)),
    ...ggufWants(claim, pathOf({ flags, address }, answers), answers),
  ]
}

function llamaCppReport(claim: Claim, answers: Answers): EngineReport {
  const seen = see(claim, answers)
  const report = reportOf(seen, answers)
  const shape = ggufShape(claim, pathOf(seen, answers), answers)
  return withShape(report, { settings: settingsOf(seen.flags, report) }, shape)
}

/** The model's file: as it was told, else as the server says (a repository's file lies in some cache). */
function pathOf({ flags, address }: Seen, answers: Answers): string | undefined {
  const told = fileIn(flags)
  if (told !== undefined || address === undefined) return told
  const state = stateOf(address, answers)
  return state.kind === 'answering' ? state.props.modelPath : undefined
}

/** What the server really has: its context may be smaller than what was asked for, where the model or the memory is. */
function settingsOf({ settings }: EngineFlags, { kv }: EngineReport): EngineSettings {
  return kv.capacityTokens.kind === 'known'
    ? { ...settings, contextTokens: kv.capacityTokens.value }
    : settings
}

function reportOf({ flags, address }: Seen, answers: Answers): EngineReport {
  const config = configOf(flags, { kvType: { value: 'f16', origin: 'default' } })
  const silent = { ...blankReport('not-reported'), model: declaredModel(flags), config }
  if (address === undefined) return { ...silent, kv: preallocated(missing('not-reported', WHY_SILENT)) }
  const state = stateOf(address, answers)
  const isOther = state.kind === 'answering' && !servesModel(state.props, fileIn(flags))
  if (state.kind === 'missing' || isOther) {
    const no =
      state.kind === 'missing' ? state : missing('not-reported', 'its port answers for another model')
    return { ...silent, state: isLoading(no) ? 'loading' : 'serving', kv: preallocated(no) }
  }
  const { props, parameters } = state
  return {
    ...silent,
    ...slotsReport(address, answers, props, isUnified(flags, props)),
    telemetryGaps: slotGaps(props),
    model: { ...modelOf(flags, props), parameters },
    config: configOf(flags, {
      kvType: { value: 'f16', origin: 'default' },
      contextTokens: fromApi(props.contextTokens),
      parallel: fromApi(props.slots),
    }),
  }
}

const WHY_SILENT = 'it has no server to ask, or wants a key'

function fileIn({ model }: EngineFlags): string | undefined {
  return model?.kind === 'file' ? model.text : undefined
}

/** Without -np a server has four slots that share one pool; told a number, each has its own part. */
function isUnified({ settings }: EngineFlags, { slots }: LlamaServerProps): boolean {
  return settings.kvUnified ?? (settings.parallel === undefined && slots === 4)
}

function modelOf(flags: EngineFlags, { modelPath, modelType }: LlamaServerProps): WorkloadModel {
  const declared = declaredModel(flags)
  const quantization = quantizationOf(modelType)
  return {
    ...declared,
    ...(declared.name.kind === 'missing' && modelPath !== undefined
      ? { name: known(modelName(modelPath)), source: known('api' as const) }
      : {}),
    quantization: quantization === undefined ? declared.quantization : known(quantization),
  }
}

/** `Q4_K - Medium` is what files call Q4_K_M. */
export function quantizationOf(modelType: string | undefined): string | undefined {
  const [, name, size] =
    /^(?:all )?([A-Z]+[0-9A-Z_.]*)(?: - (Small|Medium|Large))?/.exec(modelType ?? '') ?? []
  return name === undefined ? undefined : size === undefined ? name : `${name}_${size.slice(0, 1)}`
}
