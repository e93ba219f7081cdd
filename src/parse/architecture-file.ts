import { asObject, asText, parseJson } from '../core/decode.ts'
import type { Fault } from '../core/fault.ts'
import { stated } from '../core/stated.ts'
import { printable } from '../core/text.ts'
import type {
  MixtureOfExperts,
  ModelArchitecture,
  MultiHeadLatentAttention,
  PerLayer,
  RecurrentState,
  SlidingWindow,
} from '../model/architecture.ts'
import type { ArchitectureReading } from './architecture-reading.ts'
import { Fields } from './hf-config/fields.ts'

export const ARCHITECTURE_SCHEMA = 'llmtop.architecture/1'

/** Reads a file of that schema, written by a user for a model that llmtop does not know. `part` names it in faults. */
export function readArchitectureFile(text: string, part: string): ArchitectureReading {
  const object = asObject(parseJson(text))
  if (object === undefined) return malformed(part, 'the beginning', 'no JSON object')
  const schema = asText(object['schema'])
  if (schema !== ARCHITECTURE_SCHEMA) return malformed(part, "field 'schema'", schema ?? 'nothing')
  const reader = new Reader(part)
  const architecture = reader.architecture(new Fields(object, '', part))
  const fault = reader.firstFault()
  return fault === undefined ? { kind: 'read', architecture, doubts: [] } : { kind: 'fault', fault }
}

/** Reads the parts of the file; every part is a `Fields` of its own, and the first fault of any of them counts. */
class Reader {
  readonly #part: string
  readonly #read: Fields[] = []

  constructor(part: string) {
    this.#part = part
  }

  firstFault(): Fault | undefined {
    return this.#read.map((fields) => fields.firstFault()).find((fault) => fault !== undefined)
  }

  architecture(fields: Fields): ModelArchitecture {
    this.#read.push(fields)
    const layers = fields.layers(fields.required('layers'))
    return stated({
      name: fields.text('name') ?? printable(this.#part),
      family: fields.text('family') ?? 'unknown',
      layers,
      hiddenSize: fields.size('hiddenSize'),
      feedForwardSize: perLayer(fields, 'feedForwardSize', layers),
      attentionHeads: perLayer(fields, 'attentionHeads', layers),
      kvHeads: perLayer(fields, 'kvHeads', layers) ?? fields.required('kvHeads'),
      headDimK: fields.required('headDimK'),
      headDimV: fields.required('headDimV'),
      vocabSize: fields.size('vocabSize'),
      contextLength: fields.size('contextLength'),
      tiedEmbeddings: fields.flag('tiedEmbeddings'),
      parameters: fields.count('parameters'),
      slidingWindow: this.#object(fields, 'slidingWindow', slidingWindow),
      mla: this.#object(fields, 'mla', latentAttention),
      moe: this.#object(fields, 'moe', mixtureOfExperts),
      recurrent: this.#object(fields, 'recurrent', recurrentState),
      kvSharedLayers: fields.size('kvSharedLayers'),
    })
  }

  #object<T>(fields: Fields, name: string, read: (fields: Fields) => T): T | undefined {
    const object = fields.object(name)
    if (object === undefined) return undefined
    const inner = new Fields(object, '', this.#part, `${name}.`)
    this.#read.push(inner)
    return read(inner)
  }
}

function perLayer(fields: Fields, name: string, layers: number): PerLayer | undefined {
  const list = fields.sizes(name)
  if (list === undefined) return fields.size(name)
  if (list.length !== layers) fields.fail(name, `${list.length} entries for ${layers} layers`)
  return list
}

function pattern(fields: Fields): readonly boolean[] {
  const layers = fields.flags('layers') ?? []
  if (layers.length === 0) fields.fail('layers', 'no list of true and false')
  return layers
}

function slidingWindow(fields: Fields): SlidingWindow {
  return stated({
    tokens: fields.required('tokens'),
    layers: pattern(fields),
    kvHeads: fields.size('kvHeads'),
    headDimK: fields.size('headDimK'),
    headDimV: fields.size('headDimV'),
    chunked: fields.flag('chunked'),
  })
}

function latentAttention(fields: Fields): MultiHeadLatentAttention {
  return stated({
    kvLoraRank: fields.required('kvLoraRank'),
    qkRopeHeadDim: fields.required('qkRopeHeadDim'),
    qLoraRank: fields.size('qLoraRank'),
    qkNopeHeadDim: fields.size('qkNopeHeadDim'),
    vHeadDim: fields.size('vHeadDim'),
  })
}

function mixtureOfExperts(fields: Fields): MixtureOfExperts {
  return stated({
    experts: fields.required('experts'),
    expertsUsed: fields.required('expertsUsed'),
    expertFeedForwardSize: fields.required('expertFeedForwardSize'),
    sharedFeedForwardSize: fields.size('sharedFeedForwardSize'),
    leadingDenseLayers: fields.size('leadingDenseLayers'),
    layers: fields.flags('layers'),
  })
}

function recurrentState(fields: Fields): RecurrentState {
  return {
    layers: pattern(fields),
    convKernel: fields.required('convKernel'),
    innerSize: fields.required('innerSize'),
    stateSize: fields.required('stateSize'),
    groups: fields.size('groups') ?? 0,
  }
}

function malformed(part: string, where: string, found: string): ArchitectureReading {
  return { kind: 'fault', fault: { kind: 'malformed', part, where, found: printable(found).slice(0, 60) } }
}
