/** Writes GGUF files for tests: any header, and small whole models that a real llama-server loads. */
export interface GgufContent {
  readonly version?: number
  readonly metadata: Readonly<Record<string, GgufEntry>>
  readonly tensors: readonly GgufTensorContent[]
  /** 32 where the metadata holds no `general.alignment`. */
  readonly alignment?: number
}

export type GgufEntry =
  | { readonly type: ScalarType; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'array'; readonly of: ScalarType; readonly values: readonly number[] }
  | { readonly type: 'array'; readonly of: 'bool'; readonly values: readonly boolean[] }
  | { readonly type: 'array'; readonly of: 'string'; readonly values: readonly string[] }

export type ScalarType = 'u8' | 'i8' | 'u16' | 'i16' | 'u32' | 'i32' | 'f32' | 'u64' | 'i64' | 'f64'

export interface GgufTensorContent {
  readonly name: string
  readonly shape: readonly number[]
  /** Id of the ggml type. */
  readonly typeId: number
  /** The length on disk; offsets follow from it. */
  readonly bytes: number
  /** Without data the file ends after its header. */
  readonly data?: Float32Array
}

export const u32 = (value: number): GgufEntry => ({ type: 'u32', value })
export const f32 = (value: number): GgufEntry => ({ type: 'f32', value })
export const text = (value: string): GgufEntry => ({ type: 'string', value })
export const flag = (value: boolean): GgufEntry => ({ type: 'bool', value })
export const i32s = (values: readonly number[]): GgufEntry => ({ type: 'array', of: 'i32', values })
export const flags = (values: readonly boolean[]): GgufEntry => ({ type: 'array', of: 'bool', values })
export const texts = (values: readonly string[]): GgufEntry => ({ type: 'array', of: 'string', values })

/** The file: its header, and the data of those tensors that have some. */
export function writeGguf(content: GgufContent): Uint8Array {
  const alignment = content.alignment ?? 32
  const writer = new Writer()
  writer.ascii('GGUF')
  writer.scalar('u32', content.version ?? 3)
  writer.scalar('u64', content.tensors.length)
  const entries = Object.entries(content.metadata)
  writer.scalar('u64', entries.length)
  for (const [key, entry] of entries) {
    writer.text(key)
    writer.entry(entry)
  }
  const offsets = tensorOffsets(content.tensors, alignment)
  content.tensors.forEach((tensor, i) => {
    writer.text(tensor.name)
    writer.scalar('u32', tensor.shape.length)
    for (const length of tensor.shape) writer.scalar('u64', length)
    writer.scalar('u32', tensor.typeId)
    writer.scalar('u64', offsets[i] ?? 0)
  })
  writer.alignTo(alignment)
  for (const { data } of content.tensors) {
    if (data === undefined) continue
    writer.bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    writer.alignTo(alignment)
  }
  return writer.done()
}

function tensorOffsets(tensors: readonly GgufTensorContent[], alignment: number): readonly number[] {
  let next = 0
  return tensors.map(({ bytes }) => {
    const offset = next
    next = Math.ceil((next + bytes) / alignment) * alignment
    return offset
  })
}

const TYPE_IDS = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const

class Writer {
  #bytes = new Uint8Array(1024)
  #length = 0

  entry(entry: GgufEntry): void {
    this.scalar('u32', TYPE_IDS[entry.type])
    if (entry.type === 'bool') this.scalar('u8', entry.value ? 1 : 0)
    else if (entry.type === 'string') this.text(entry.value)
    else if (entry.type === 'array') this.array(entry)
    else this.scalar(entry.type, entry.value)
  }

  array(entry: Extract<GgufEntry, { type: 'array' }>): void {
    this.scalar('u32', TYPE_IDS[entry.of])
    this.scalar('u64', entry.values.length)
    if (entry.of === 'string') for (const value of entry.values) this.text(value)
    else if (entry.of === 'bool') for (const value of entry.values) this.scalar('u8', value ? 1 : 0)
    else for (const value of entry.values) this.scalar(entry.of, value)
  }

  scalar(type: ScalarType, value: number): void {
    const at = this.#length
    this.#grow({ u8: 1, i8: 1, u16: 2, i16: 2, u32: 4, i32: 4, f32: 4, u64: 8, i64: 8, f64: 8 }[type])
    const view = new DataView(this.#bytes.buffer)
    const write = {
      u8: () => {
        view.setUint8(at, value)
      },
      i8: () => {
        view.setInt8(at, value)
      },
      u16: () => {
        view.setUint16(at, value, true)
      },
      i16: () => {
        view.setInt16(at, value, true)
      },
      u32: () => {
        view.setUint32(at, value, true)
      },
      i32: () => {
        view.setInt32(at, value, true)
      },
      f32: () => {
        view.setFloat32(at, value, true)
      },
      u64: () => {
        view.setBigUint64(at, BigInt(value), true)
      },
      i64: () => {
        view.setBigInt64(at, BigInt(value), true)
      },
      f64: () => {
        view.setFloat64(at, value, true)
      },
    }
    write[type]()
  }

  text(value: string): void {
    const encoded = new TextEncoder().encode(value)
    this.scalar('u64', encoded.length)
    this.bytes(encoded)
  }

  ascii(value: string): void {
    this.bytes(new TextEncoder().encode(value))
  }

  bytes(bytes: Uint8Array): void {
    const at = this.#length
    this.#grow(bytes.length)
    this.#bytes.set(bytes, at)
  }

  alignTo(alignment: number): void {
    this.#grow(Math.ceil(this.#length / alignment) * alignment - this.#length)
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }

  #grow(by: number): void {
    this.#length += by
    if (this.#length <= this.#bytes.length) return
    const larger = new Uint8Array(this.#length * 2)
    larger.set(this.#bytes)
    this.#bytes = larger
  }
}
