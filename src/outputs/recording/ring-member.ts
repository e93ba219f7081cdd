import { constants, gunzipSync } from 'node:zlib'
import { asObject, parseJson } from '../../core/decode.ts'
import type { Part, RawSample } from '../../model/sample.ts'
import type { EncodedSample } from './encode.ts'

/** Some samples one behind the other: one gzip member of a recording. */
export interface RingMember {
  readonly firstEpochMs: number
  /** In the samples' own time, as the next. */
  readonly firstElapsedMs: number
  lastElapsedMs(): number
  /** Compressed, as far as it is written. */
  bytes(): Buffer
  /**
   * Its lines, which build on nothing before them: what stands elsewhere in the recording is filled in. A sample line has
   * its own host and interval, where there is no header.
   */
  text(): string
  /** True when there is something to fill in. */
  needsFilling(): boolean
}

export interface OpenRingMember extends RingMember {
  /** @param of the sample that these bytes are, and the large parts that its line names by another's sequence */
  add(
    bytes: Buffer,
    of: ({ readonly sample: RawSample } & Pick<EncodedSample, 'elsewhere'>) | undefined,
  ): void
}

export function ringMember({ takenAtEpochMs, elapsedMs }: RawSample): OpenRingMember {
  let pieces: readonly Buffer[] = []
  let lastElapsedMs = elapsedMs
  const elsewhere = new Map<string, ReadonlyMap<string, Part>>()

  function bytes(): Buffer {
    const [whole = Buffer.alloc(0), ...more] = pieces
    if (more.length === 0) return whole
    const joined = Buffer.concat(pieces)
    pieces = [joined]
    return joined
  }

  return {
    firstEpochMs: takenAtEpochMs,
    firstElapsedMs: elapsedMs,
    lastElapsedMs: () => lastElapsedMs,
    bytes,
    text() {
      const text = gunzipSync(bytes(), { finishFlush: constants.Z_SYNC_FLUSH }).toString()
      if (elsewhere.size === 0) return text
      return text
        .split('\n')
        .map((line) => filled(line, elsewhere))
        .join('\n')
    },
    needsFilling: () => elsewhere.size > 0,
    add(piece, of) {
      pieces = [...pieces, piece]
      if (of === undefined) return
      lastElapsedMs = of.sample.elapsedMs
      if (of.elsewhere.size > 0) elsewhere.set(of.sample.host, of.elsewhere)
    },
  }
}

/** The line of a key frame with the parts of its host that it only names. */
function filled(line: string, elsewhere: ReadonlyMap<string, ReadonlyMap<string, Part>>): string {
  if (!line.includes('"from":')) return line
  const sample = asObject(parseJson(line))
  const parts = asObject(sample?.['parts'])
  const known = elsewhere.get(String(sample?.['host']))
  if (parts === undefined || known === undefined) return line
  const whole = Object.entries(parts).map(([name, value]) => {
    const part = asObject(value)
    return [name, part?.['kept'] === true ? withPart(part, known.get(name)) : value]
  })
  return JSON.stringify({ ...sample, parts: Object.fromEntries(whole) as unknown })
}

function withPart(kept: Readonly<Record<string, unknown>>, part: Part | undefined): object {
  if (part === undefined) return kept
  const { kind, ...rest } = part
  const { from, ...marks } = kept
  return { ...rest, ...marks }
}
