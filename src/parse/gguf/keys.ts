import type { Fault } from '../../core/fault.ts'
import type { PerLayer } from '../../model/architecture.ts'
import type { GgufMetadata, GgufValue } from './metadata.ts'

/** No model has more: llama.cpp itself stops at 512 layers and 2^31. */
const MAX_LAYERS = 4096
const MAX_SIZE = 2 ** 31

/**
 * The keys of one model's architecture (`llama.block_count` is `block_count` here). The first value that can't be true is
 * kept as `firstFault()`, at which the caller looks once, at the end.
 */
export class Keys {
  readonly family: string
  readonly #metadata: GgufMetadata
  readonly #part: string
  #fault: Fault | undefined

  constructor(metadata: GgufMetadata, part: string) {
    this.#metadata = metadata
    this.#part = part
    const family = metadata.get('general.architecture')
    this.family = family?.kind === 'text' ? family.value : ''
    if (this.family === '') this.fail('general.architecture', describe(family))
  }

  /** A whole number from 0 up, or undefined where the key is not there. */
  size(key: string): number | undefined {
    const value = this.#metadata.get(this.#full(key))
    if (value === undefined) return undefined
    if (value.kind === 'number' && isSize(value.value)) return value.value
    this.fail(this.#full(key), describe(value))
    return undefined
  }

  /** As `size`, but a model without the key is a fault. */
  required(key: string): number {
    const value = this.size(key)
    if (value === undefined) this.fail(this.#full(key), 'nothing')
    return value ?? 0
  }

  /** `block_count`, bounded, because everything per layer is as long as it says. */
  layers(): number {
    const count = this.required('block_count')
    if (count >= 1 && count <= MAX_LAYERS) return count
    this.fail(this.#full('block_count'), `${count}`)
    return 0
  }

  /** One number for all layers, or one per layer; equal ones become one. */
  perLayer(key: string, layers: number): PerLayer | undefined {
    const value = this.#metadata.get(this.#full(key))
    if (value?.kind !== 'numbers') return this.size(key)
    if (value.values.length >= layers && value.values.every(isSize))
      return simplest(value.values.slice(0, layers))
    this.fail(this.#full(key), describe(value))
    return undefined
  }

  /** One flag per layer; undefined where the key is not there or is a single number. */
  flags(key: string, layers: number): readonly boolean[] | undefined {
    const value = this.#metadata.get(this.#full(key))
    if (value?.kind !== 'numbers') return undefined
    if (value.values.length >= layers) return value.values.slice(0, layers).map((flag) => flag !== 0)
    this.fail(this.#full(key), describe(value))
    return undefined
  }

  /** The length of a list, also of one that was too long to keep. */
  length(key: string): number | undefined {
    const value = this.#metadata.get(key)
    if (value?.kind === 'skipped' && value.what === 'array') return value.length
    return value?.kind === 'texts' || value?.kind === 'numbers' ? value.values.length : undefined
  }

  text(key: string): string | undefined {
    const value = this.#metadata.get(key)
    return value?.kind === 'text' && value.value !== '' ? value.value : undefined
  }

  firstFault(): Fault | undefined {
    return this.#fault
  }

  fail(key: string, found: string): void {
    this.#fault ??= { kind: 'malformed', part: this.#part, where: `metadata key '${key}'`, found }
  }

  #full(key: string): string {
    return `${this.family}.${key}`
  }
}

function isSize(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_SIZE
}

function simplest(values: readonly number[]): PerLayer {
  const [first] = values
  return first !== undefined && values.every((value) => value === first) ? first : values
}

function describe(value: GgufValue | undefined): string {
  if (value === undefined) return 'nothing'
  switch (value.kind) {
    case 'number':
    case 'boolean':
      return `${value.value}`
    case 'text':
      return value.value.slice(0, 40)
    case 'numbers':
    case 'texts':
      return `a list of ${value.values.length}: ${value.values.slice(0, 4).join(', ')}${value.values.length > 4 ? ', …' : ''}`
    case 'skipped':
      return `${value.what === 'array' ? 'a list' : 'a text'} of ${value.length}`
  }
}
