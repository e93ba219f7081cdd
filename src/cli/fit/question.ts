import { stat } from 'node:fs/promises'
import { printable } from '../../core/text.ts'
import { readEngineCommand, type EngineCommand } from '../../engines/flags/command.ts'
import type { EngineFlags, ModelReference } from '../../engines/flags/engine-flags.ts'
import { modelfileFlags } from '../../engines/flags/ollama.ts'
import { asEngineReads } from '../../estimate/as-loaded.ts'
import type { FitQuestion } from '../../estimate/fit.ts'
import type { EngineSettings } from '../../estimate/settings.ts'
import type { GpuTopology } from '../../estimate/topology.ts'
import type { EngineId } from '../../model/workload.ts'
import { topologyFor } from './gpus.ts'
import { findLocalModel } from './local-models.ts'
import { modelAt, modelFromArchitecture, modelNamed, type FoundModel, type ModelOutcome } from './model.ts'
import { settingsOf, type FitOptions } from './options.ts'
import { dtypeOf, storedAs } from './stored.ts'

/** What was asked, ready for the estimator, with all that the answer must say of it. */
export interface AskedFit {
  readonly kind: 'asked'
  readonly question: FitQuestion
  readonly model: FoundModel
  /** The user's own command; undefined where a model was named. */
  readonly command: readonly string[] | undefined
  /** The model as it was named. */
  readonly modelText: string
  readonly notes: readonly string[]
}

export interface Trouble {
  readonly kind: 'trouble'
  readonly sentence: string
}

/** What the user typed behind `fit`. */
export interface FitRequest {
  readonly options: FitOptions
  /** One model, or with `isCommand` the words of a command. */
  readonly operands: readonly string[]
  readonly isCommand: boolean
  readonly variables: Readonly<Partial<Record<string, string>>>
  readonly signal: AbortSignal
}

export async function askFit(request: FitRequest): Promise<AskedFit | Trouble> {
  const command = request.isCommand ? readEngineCommand(request.operands) : undefined
  if (request.isCommand && command === undefined) {
    const first = request.operands[0] ?? ''
    return trouble(
      `'${printable(first)}' is no engine that llmtop knows: vllm, llama-server, sglang, text-generation-launcher, ollama, koboldcpp, trtllm-serve, lmdeploy, tabbyAPI, lms load`,
    )
  }
  const found = await findModel(request, command?.flags)
  if (found.outcome.kind === 'trouble') return found.outcome
  // a Modelfile names its model, which then is what was asked for
  if (found.outcome.kind === 'modelfile') return askModelfile(request, found.outcome.text)
  return ask(request, command, found.outcome, found.text)
}

async function askModelfile(request: FitRequest, text: string): Promise<AskedFit | Trouble> {
  const flags = modelfileFlags(text)
  if (flags.model === undefined) return trouble("the Modelfile has no 'FROM'")
  const outcome = await resolve(flags.model, request)
  if (outcome.kind === 'trouble') return outcome
  if (outcome.kind === 'modelfile') return trouble("the 'FROM' of the Modelfile is a Modelfile itself")
  return ask(request, { flags, environment: {} }, outcome, flags.model.text)
}

async function findModel(
  request: FitRequest,
  flags: EngineFlags | undefined,
): Promise<{ readonly outcome: ModelOutcome; readonly text: string }> {
  const { options, operands, isCommand } = request
  if (options.arch !== undefined)
    return { outcome: await modelFromArchitecture(options.arch), text: options.arch }
  const reference = isCommand ? flags?.model : { kind: 'name' as const, text: operands[0] ?? '' }
  if (reference === undefined) return { outcome: trouble('the command names no model'), text: '' }
  return { outcome: await resolve(reference, request), text: reference.text }
}

/** A path that exists, a model in a local cache, a name of the catalogue; in that order. */
async function resolve(
  { kind, text }: ModelReference,
  { variables, signal }: FitRequest,
): Promise<ModelOutcome> {
  if (await exists(text)) return modelAt(text, signal)
  const local = kind === 'name' ? await findLocalModel(text, variables) : undefined
  return local === undefined ? modelNamed(text) : modelAt(local, signal)
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch {
    return false
  }
}

async function ask(
  request: FitRequest,
  command: EngineCommand | undefined,
  model: FoundModel,
  modelText: string,
): Promise<AskedFit> {
  const { options } = request
  const flags = command?.flags
  const engine = options.engine ?? flags?.engine ?? usualEngine(model, modelText)
  const stored = storedAs(model, engine, options, flags)
  const { topology, note } = await topologyFor(
    options.gpu,
    visibleDevices(request, command),
    request.variables,
  )
  const settings: EngineSettings = {
    ...dtypeOf(model, engine),
    ...flags?.settings,
    ...(await companions(flags)),
    ...settingsOf(options),
    engine,
  }
  const withContext = ollamaContext(settings, topology)
  const input = {
    architecture: asEngineReads(model.architecture, engine),
    fromCatalogue: model.format === 'catalogue',
    weights: stored.weights,
    settings: withContext.settings,
    topology,
  }
  return {
    kind: 'asked',
    question: { input, quantization: stored.quantization, doubts: model.doubts },
    model,
    command: request.isCommand ? request.operands : undefined,
    modelText,
    notes: [
      ...misplaced(request),
      ...model.notes,
      ...(flags?.problems ?? []),
      ...stored.notes,
      ...(note === undefined ? [] : [note]),
      ...withContext.notes,
      ...ownFitting(settings),
    ],
  }
}

/** Options of `fit` that no engine has; behind the `--` they would be taken for the engine's, silently. */
function misplaced({ isCommand, operands }: FitRequest): readonly string[] {
  if (!isCommand) return []
  return ['--gpu', '--compare', '--check', '--json']
    .filter((option) => operands.some((word) => word === option || word.startsWith(`${option}=`)))
    .map(
      (option) =>
        `'${option}' is the engine's, because it stands behind '--'; options of llmtop go before it`,
    )
}

/** Ollama's own choice goes by the memory of the GPUs; where none is known, its smallest one stands for it. */
function ollamaContext(
  settings: EngineSettings,
  { gpus }: GpuTopology,
): { readonly settings: EngineSettings; readonly notes: readonly string[] } {
  if (settings.engine !== 'ollama' || settings.contextTokens !== undefined || gpus.length > 0)
    return { settings, notes: [] }
  const note = '4,096 tokens, what Ollama chooses on small GPUs'
  return { settings: { ...settings, contextTokens: 4096 }, notes: [note] }
}

/** `--fit` of llama-server is on by default, and leaves alone what was given. */
function ownFitting({ engine, contextTokens, gpuLayers, ownFit }: EngineSettings): readonly string[] {
  const isOff = engine !== 'llama.cpp' || ownFit === false
  if (isOff || contextTokens !== undefined || gpuLayers !== undefined) return []
  return [
    'the whole context; llama-server shortens one that is not given (-c) until it fits, to no less than 4,096',
  ]
}

function visibleDevices(request: FitRequest, command: EngineCommand | undefined): string | undefined {
  return command?.environment['CUDA_VISIBLE_DEVICES'] ?? request.variables['CUDA_VISIBLE_DEVICES']
}

/** A GGUF file is for llama.cpp, a Hugging Face model for vLLM, a tag for Ollama. */
function usualEngine({ format }: FoundModel, text: string): EngineId {
  if (format === 'gguf' || format === 'arch' || text.endsWith('.gguf')) return 'llama.cpp'
  if (format === 'hf') return 'vllm'
  if (/^[\w.-]+:[\w.-]+$/.test(text)) return 'ollama'
  return text.includes('/') ? 'vllm' : 'llama.cpp'
}

/** A vision projector is loaded beside the model. */
async function companions(flags: EngineFlags | undefined): Promise<Pick<EngineSettings, 'mmprojBytes'>> {
  const path = flags?.files.mmproj
  if (path === undefined) return {}
  try {
    return { mmprojBytes: (await stat(path)).size }
  } catch {
    return {}
  }
}

function trouble(sentence: string): Trouble {
  return { kind: 'trouble', sentence }
}
