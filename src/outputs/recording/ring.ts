import type { RawSample } from '../../model/sample.ts'
import { ringMember, type OpenRingMember, type RingMember } from './ring-member.ts'
import { sampleStream } from './sample-stream.ts'

/** The recent past in memory, as a recording has it: half an hour of eight GPUs at 1 Hz takes about 1 MB. */
export interface Ring {
  /**
   * @param events lines for people, or nothing
   * @returns the bytes with which a file goes on that has all before
   */
  add(sample: RawSample, events: string): Buffer
  /** Ends the member that is being written, so that the next sample begins one; the bytes that close it. */
  cut(): Buffer
  /** Oldest first, one behind the other in a file; the last one may still be open. */
  members(): readonly RingMember[]
}

export interface RingOptions {
  /** What is older is forgotten, by whole members. */
  readonly keepMs: number
  /** And so is the oldest where there is more. */
  readonly maxBytes: number
}

export function ring({ keepMs, maxBytes }: RingOptions): Ring {
  const stream = sampleStream()
  let members: readonly OpenRingMember[] = []

  function forget(nowMs: number): void {
    let total = members.reduce((sum, member) => sum + member.bytes().length, 0)
    members = members.filter((member, at) => {
      const isOver = nowMs - member.lastElapsedMs() > keepMs || total > maxBytes
      if (!isOver || at === members.length - 1) return true
      total -= member.bytes().length
      return false
    })
  }

  return {
    add(sample, events) {
      const { closing, bytes, elsewhere } = stream.add(sample, events)
      if (closing !== undefined) {
        members.at(-1)?.add(closing, undefined)
        members = [...members, ringMember(sample)]
        forget(sample.elapsedMs)
      }
      members.at(-1)?.add(bytes, { sample, elsewhere })
      return closing === undefined ? bytes : Buffer.concat([closing, bytes])
    },
    cut() {
      const closing = stream.end()
      members.at(-1)?.add(closing, undefined)
      return closing
    },
    members: () => members,
  }
}
