import { gzipSync } from 'node:zlib'
import type { RawSample } from '../../src/model/sample.ts'
import { recordingLines } from './recording-writer.ts'

export interface CompactMembers {
  /** The lines of each member, the header in the first. */
  readonly text: readonly string[]
  readonly gzip: readonly Buffer[]
}

/** A compact recording as a recorder writes it: gzip members of so many samples, each beginning with a key frame. */
export function compactMembers(samples: readonly RawSample[], each: number): CompactMembers {
  const [header = '', ...lines] = recordingLines(samples, [], each).split(/(?<=\n)/)
  const text = Array.from({ length: Math.ceil(lines.length / each) }, (_, at) => {
    const own = lines.slice(at * each, (at + 1) * each).join('')
    return at === 0 ? `${header}${own}` : own
  })
  return { text, gzip: text.map((member) => gzipSync(member)) }
}
