import { deserialize, serialize } from 'node:v8'
import { deflateRawSync, inflateRawSync } from 'node:zlib'

/** A value kept small: unlike a value that is alive, its size is known. */
export interface Packed<T> {
  readonly bytes: Buffer
  unpack(): T
}

/** Packs plain data; maps are kept, functions can't be. */
export function pack<T>(value: T): Packed<T> {
  const bytes = deflateRawSync(serialize(value), { level: 1 })
  // what was packed here is what is unpacked
  return { bytes, unpack: () => deserialize(inflateRawSync(bytes)) as T }
}
