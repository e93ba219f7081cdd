/** One tensor's place in a segment. */
interface Block {
  readonly segment: Segment
  readonly mib: number
}

interface Segment {
  readonly mib: number
  usedMiB: number
}

export type Tensor = Block

/**
 * PyTorch's caching allocator, roughly: it asks the driver for segments, keeps what is freed, puts tensors where a
 * segment has room for them, and gives back whole free segments only when the driver has no more.
 * Source: c10/cuda/CUDACachingAllocator.cpp (kSmallBuffer 2 MiB, kLargeBuffer 20 MiB, kRoundLarge 2 MiB).
 */
export class CachingAllocator {
  readonly #segments: Segment[] = []
  /** Brings what is taken of the driver to so many MiB; false where it has no more. */
  readonly #hold: (mib: number) => boolean

  constructor(hold: (mib: number) => boolean) {
    this.#hold = hold
  }

  get reservedMiB(): number {
    return this.#segments.reduce((total, { mib }) => total + mib, 0)
  }

  /** Undefined: CUDA out of memory. */
  allocate(mib: number): Tensor | undefined {
    const found = this.#fitting(mib) ?? this.#newSegment(mib) ?? this.#afterEmptying(mib)
    if (found === undefined) return undefined
    found.usedMiB += mib
    return { segment: found, mib }
  }

  free({ segment, mib }: Tensor): void {
    segment.usedMiB -= mib
  }

  /** torch.cuda.empty_cache(). */
  empty(): void {
    for (const segment of this.#segments.filter(({ usedMiB }) => usedMiB <= 0))
      this.#segments.splice(this.#segments.indexOf(segment), 1)
    this.#hold(this.reservedMiB)
  }

  /** The one with the least room that is enough. */
  #fitting(mib: number): Segment | undefined {
    let best: Segment | undefined
    for (const segment of this.#segments) {
      const room = segment.mib - segment.usedMiB
      if (room >= mib && room < (best === undefined ? Infinity : best.mib - best.usedMiB)) best = segment
    }
    return best
  }

  #newSegment(mib: number): Segment | undefined {
    const size = segmentMiB(mib)
    if (!this.#hold(this.reservedMiB + size)) return undefined
    const segment = { mib: size, usedMiB: 0 }
    this.#segments.push(segment)
    return segment
  }

  #afterEmptying(mib: number): Segment | undefined {
    this.empty()
    return this.#newSegment(mib)
  }
}

function segmentMiB(mib: number): number {
  if (mib <= 1) return 2
  return mib < 10 ? 20 : Math.ceil(mib / 2) * 2
}
