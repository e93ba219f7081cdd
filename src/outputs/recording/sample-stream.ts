import { seconds } from '../../core/units.ts'
import type { RawSample } from '../../model/sample.ts'
import { recordingEncoder, type EncodedSample, type SegmentHeader } from './encode.ts'
import { gzipMember, type GzipMember } from './gzip-member.ts'

/** What one sample adds to a recording. */
export interface Chunk {
  /** Set where a member begins with it: what closes the one before; empty where there is none, and between plain lines. */
  readonly closing: Buffer | undefined
  readonly bytes: Buffer
  readonly elsewhere: EncodedSample['elsewhere']
}

/** Samples as the bytes of a recording, to be put one behind the other. */
export interface SampleStream {
  /**
   * A new segment: its header, behind what closes the segment before.
   * @param compact in the compact form and compressed; else plain lines
   */
  begin(header: SegmentHeader, compact: boolean): Buffer
  /** @param events lines for people, or nothing */
  add(sample: RawSample, events: string): Chunk
  /** Lines that belong to no sample, behind what was added. */
  addLines(lines: string): Buffer
  /** Takes note of a sample that is not written. */
  skip(sample: RawSample): void
  /** What was added last may be lost: the next chunk builds on nothing, and closes nothing. */
  interrupt(): void
  /** True when this sample begins a member. */
  isAtBoundary(sample: RawSample): boolean
  /** What closes the last member. */
  end(): Buffer
}

/**
 * A member is closed at so many samples of a host or after so long: what a damaged one costs, and how far a reader that
 * seeks must read. At 60 seconds eight GPUs take 2 MB an hour, at 30 seconds 2.4.
 */
const MEMBER_SAMPLES = 60
const MEMBER_MS = seconds(60)

const NOTHING = Buffer.alloc(0)

/** Compact, until a segment is begun otherwise. Each gzip member begins with a key frame of each host. */
export function sampleStream(): SampleStream {
  const encoder = recordingEncoder()
  let compact = true
  let member: Member | undefined

  function close(): Buffer {
    const bytes = member?.bytes.end() ?? NOTHING
    member = undefined
    return bytes
  }

  function isAtBoundary({ host, elapsedMs }: RawSample): boolean {
    if (member === undefined) return true
    const samples = member.samples.get(host) ?? 0
    return samples >= MEMBER_SAMPLES || Math.abs(elapsedMs - member.beganMs) >= MEMBER_MS
  }

  return {
    begin(header, isCompact) {
      const closing = close()
      compact = isCompact
      const own = compact ? gzipMember() : plainMember()
      return Buffer.concat([closing, own.add(encoder.begin(header, compact)), own.end()])
    },
    add(sample, events) {
      const closing = isAtBoundary(sample) ? close() : undefined
      member ??= {
        bytes: compact ? gzipMember() : plainMember(),
        beganMs: sample.elapsedMs,
        samples: new Map(),
      }
      const samples = member.samples.get(sample.host) ?? 0
      member.samples.set(sample.host, samples + 1)
      const { line, elsewhere } = encoder.sample(sample, compact && samples === 0)
      return { closing, bytes: member.bytes.add(line + events), elsewhere }
    },
    addLines(lines) {
      if (member !== undefined) return member.bytes.add(lines)
      const own = compact ? gzipMember() : plainMember()
      return Buffer.concat([own.add(lines), own.end()])
    },
    skip: (sample) => {
      encoder.skip(sample)
    },
    interrupt() {
      encoder.interrupt()
      member = undefined
    },
    isAtBoundary,
    end: close,
  }
}

interface Member {
  readonly bytes: GzipMember
  readonly beganMs: number
  /** By host. */
  readonly samples: Map<string, number>
}

/** Plain lines in portions of the same size. */
function plainMember(): GzipMember {
  return { add: (text) => Buffer.from(text), end: () => NOTHING }
}
