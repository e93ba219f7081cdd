import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { describeFault } from '../../core/fault.ts'
import { printable } from '../../core/text.ts'
import { readModelName } from '../../estimate/catalogue/model-name.ts'
import { resolveModel } from '../../estimate/catalogue/resolve.ts'
import { weightsLayout } from '../../estimate/weights.ts'
import type { ModelArchitecture } from '../../model/architecture.ts'
import type { Tensor, WeightsSource } from '../../model/weights.ts'
import { readArchitectureFile } from '../../parse/architecture-file.ts'
import { ggufArchitecture } from '../../parse/gguf/architecture.ts'
import { ggufQuantization, ggufTensors } from '../../parse/gguf/weights.ts'
import { readHfConfig } from '../../parse/hf-config/config.ts'
import type { HfQuantization } from '../../parse/hf-config/quantization.ts'
import { readModelFile, type ModelFile } from '../../transport/model-files.ts'

/** A model as far as it could be read. */
export interface FoundModel {
  readonly kind: 'model'
  readonly architecture: ModelArchitecture
  /** undefined where neither a file nor a name says how the weights are stored. */
  readonly weights: WeightsSource | undefined
  readonly quantization: string | undefined
  readonly dtype: string | undefined
  /** `gguf`, `hf`: what kind of engine it is for. */
  readonly format: 'gguf' | 'hf' | 'catalogue' | 'arch'
  readonly source: string
  readonly doubts: readonly string[]
  readonly notes: readonly string[]
}

export type ModelOutcome =
  | FoundModel
  | { readonly kind: 'modelfile'; readonly text: string }
  | { readonly kind: 'trouble'; readonly sentence: string }

/** The model in a file or folder. */
export async function modelAt(path: string, signal: AbortSignal): Promise<ModelOutcome> {
  const file = await readModelFile(path, signal)
  switch (file.kind) {
    case 'fault':
      return trouble(describeFault(file.fault))
    case 'gguf':
      return fromGguf(file)
    case 'hf':
      return fromHf(file)
    case 'text':
      return fromText(file)
  }
}

/** The model of the catalogue with this name. */
export function modelNamed(name: string): ModelOutcome {
  const found = resolveModel(name)
  if (found.kind === 'unknown') return trouble(unknownSentence(name, found.nearest))
  const { architecture, source } = found.row
  return {
    kind: 'model',
    architecture,
    weights: found.quantization === undefined ? undefined : named(found.quantization),
    quantization: found.quantization,
    dtype: undefined,
    format: 'catalogue',
    source: `llmtop's catalogue (${source})`,
    doubts: [],
    notes: [],
  }
}

/** `--arch`. */
export async function modelFromArchitecture(path: string): Promise<ModelOutcome> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch {
    return trouble(`'${printable(path)}' can't be read`)
  }
  return fromArchitecture(text, printable(basename(path)))
}

function fromArchitecture(text: string, name: string): ModelOutcome {
  const reading = readArchitectureFile(text, name)
  if (reading.kind === 'fault') return trouble(describeFault(reading.fault))
  const { architecture, doubts } = reading
  const rest = { weights: undefined, quantization: undefined, dtype: undefined, notes: [] }
  return { kind: 'model', architecture, format: 'arch', source: name, doubts, ...rest }
}

function fromGguf({ name, header, missingBytes }: Extract<ModelFile, { kind: 'gguf' }>): ModelOutcome {
  const reading = ggufArchitecture(header, name)
  if (reading.kind === 'fault') return trouble(describeFault(reading.fault))
  const { architecture, doubts } = reading
  const unfinished = `'${name}' lacks ${missingBytes} bytes of its weights: an unfinished download?`
  return {
    kind: 'model',
    architecture,
    // the types of a fork have sizes only where the file tells them
    weights: weightsOf(ggufTensors(header, architecture.layers)) ?? {
      kind: 'total-bytes',
      bytes: header.tensors.reduce((sum, tensor) => sum + tensor.bytes, 0),
    },
    quantization: readModelName(name).quantization ?? ggufQuantization(header),
    dtype: undefined,
    format: 'gguf',
    source: name,
    doubts,
    notes: missingBytes > 0 ? [unfinished] : [],
  }
}

function fromHf(file: Extract<ModelFile, { kind: 'hf' }>): ModelOutcome {
  const reading = readHfConfig(file.config, file.name, 'config.json')
  if (reading.kind === 'fault') return trouble(describeFault(reading.fault))
  const { architecture, doubts, quantization, dtype } = reading
  const scheme = quantization ?? { name: dtype ?? 'bf16' }
  const isStated = quantization !== undefined || dtype !== undefined
  return {
    kind: 'model',
    architecture,
    weights: hfWeights(file, scheme),
    quantization: scheme.name,
    dtype,
    format: 'hf',
    source: `${file.name}/config.json`,
    doubts,
    notes: isStated ? [] : ["weights in 16 bits, because 'config.json' does not say"],
  }
}

/** From the tensors, else the total of the index, else by the name of the scheme. */
function hfWeights(
  { tensors, totalBytes }: Extract<ModelFile, { kind: 'hf' }>,
  scheme: HfQuantization,
): WeightsSource {
  const measured = tensors === undefined ? undefined : weightsOf(tensors)
  if (measured !== undefined) return measured
  if (totalBytes !== undefined) return { kind: 'total-bytes', bytes: totalBytes, quantization: scheme.name }
  return named(scheme.name, scheme.groupSize)
}

function fromText({ name, text }: Extract<ModelFile, { kind: 'text' }>): ModelOutcome {
  if (/^\s*FROM\s+\S/im.test(text)) return { kind: 'modelfile', text }
  if (text.includes('llmtop.architecture/')) return fromArchitecture(text, name)
  return trouble(`'${name}' is neither a GGUF file, a Hugging Face config nor a Modelfile`)
}

function weightsOf(tensors: readonly Tensor[]): WeightsSource | undefined {
  const layout = weightsLayout(tensors)
  return layout.kind === 'known' ? { kind: 'tensors', layout: layout.value } : undefined
}

function named(name: string, groupSize?: number): WeightsSource {
  return groupSize === undefined ? { kind: 'quantization', name } : { kind: 'quantization', name, groupSize }
}

function unknownSentence(name: string, nearest: readonly string[]): string {
  const hint =
    nearest.length === 0 ? '' : `if it was made from '${nearest.join("' or '")}', give that name; or `
  return `'${printable(name)}' is neither a file here nor a model that llmtop knows; ${hint}describe it with --arch FILE`
}

function trouble(sentence: string): ModelOutcome {
  return { kind: 'trouble', sentence }
}
