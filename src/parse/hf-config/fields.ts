import type { JsonObject } from '../../core/decode.ts'
import { asArray, asNumber, asObject, asText } from '../../core/decode.ts'
import type { Fault } from '../../core/fault.ts'
import { printable } from '../../core/text.ts'
import { classDefaults } from './class-defaults.ts'

const MAX_LAYERS = 4096
const MAX_SIZE = 2 ** 31

/**
 * The fields of a `config.json`. A field that is not there has the default of its transformers class, because transformers
 * writes only what differs from it; a field that is null has no value. The first value that can't be true is kept as
 * `firstFault()`, at which the caller looks once, at the end.
 */
export class Fields {
  readonly family: string
  readonly #config: JsonObject
  readonly #defaults: JsonObject
  readonly #part: string
  readonly #prefix: string
  #fault: Fault | undefined

  /** `prefix` stands before the names in faults: the path of an object within its file. */
  constructor(config: JsonObject, family: string, part: string, prefix = '') {
    this.family = family
    this.#config = config
    this.#defaults = classDefaults(family)
    this.#part = part
    this.#prefix = prefix
  }

  /** A whole number from 0 up by the first of these names that has one; undefined where none has. */
  size(...names: readonly string[]): number | undefined {
    for (const name of names) {
      const value = this.#value(name)
      if (value === undefined) continue
      if (isSize(value)) return value
      this.fail(name, describe(value))
      return undefined
    }
    return undefined
  }

  /** A whole number of any size, such as a number of parameters. */
  count(name: string): number | undefined {
    const value = this.#value(name)
    if (value === undefined) return undefined
    if (Number.isSafeInteger(value) && Number(value) > 0) return Number(value)
    this.fail(name, describe(value))
    return undefined
  }

  /** As `size`, but a config without any of these fields is a fault that names the first of them. */
  required(...names: readonly [string, ...string[]]): number {
    const value = this.size(...names)
    if (value === undefined) this.fail(names[0], 'nothing')
    return value ?? 0
  }

  /** The number of layers, bounded, because every list is as long as it says. */
  layers(count: number): number {
    if (count >= 1 && count <= MAX_LAYERS) return count
    this.fail('num_hidden_layers', `${count}`)
    return 0
  }

  flag(name: string): boolean | undefined {
    const value = this.#value(name)
    return typeof value === 'boolean' ? value : undefined
  }

  text(name: string): string | undefined {
    const value = asText(this.#value(name))
    return value === undefined || value === '' ? undefined : printable(value)
  }

  object(name: string): JsonObject | undefined {
    return asObject(this.#value(name))
  }

  /** A list of texts, such as `layer_types`. */
  texts(name: string): readonly string[] | undefined {
    const list = asArray(this.#value(name))?.map(asText)
    return list?.every((entry) => entry !== undefined) === true ? list : undefined
  }

  /** A list of flags, such as a pattern that repeats over the layers. */
  flags(name: string): readonly boolean[] | undefined {
    const list = asArray(this.#value(name))
    return list?.every((entry) => typeof entry === 'boolean') === true ? list : undefined
  }

  /** A list of whole numbers, such as `mlp_only_layers`. */
  sizes(name: string): readonly number[] | undefined {
    const list = asArray(this.#value(name))
    return list?.every(isSize) === true ? list : undefined
  }

  firstFault(): Fault | undefined {
    return this.#fault
  }

  fail(name: string, found: string): void {
    this.#fault ??= { kind: 'malformed', part: this.#part, where: `field '${this.#prefix}${name}'`, found }
  }

  #value(name: string): unknown {
    const value = Object.hasOwn(this.#config, name) ? this.#config[name] : this.#defaults[name]
    return value === null ? undefined : value
  }
}

function isSize(value: unknown): value is number {
  const size = asNumber(value)
  return size !== undefined && Number.isInteger(size) && size >= 0 && size <= MAX_SIZE
}

function describe(value: unknown): string {
  return printable(JSON.stringify(value)).slice(0, 60)
}
