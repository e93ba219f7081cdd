/** Where a piece of text begins in a file: enough to read on from there without what stands before. */
export interface Place {
  /** Byte of the file; of a compressed one, where a gzip member begins. */
  readonly byte: number
  /** Bytes of text behind the beginning of that member; undefined in a file that is not compressed. */
  readonly skip: number | undefined
}

/** The beginning of a file, or of a gzip member. */
export function placeAt(byte: number, compressed: boolean): Place {
  return { byte, skip: compressed ? 0 : undefined }
}

/** The place so many bytes of text further on in the same piece. */
export function further(place: Place, bytes: number): Place {
  return place.skip === undefined
    ? { byte: place.byte + bytes, skip: undefined }
    : { byte: place.byte, skip: place.skip + bytes }
}
