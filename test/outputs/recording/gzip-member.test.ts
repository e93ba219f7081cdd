import { constants, gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { gzipMember } from '../../../src/outputs/recording/gzip-member.ts'
import { mendedGzip } from '../../../src/outputs/recording/mended-end.ts'
import { seededRandom } from '../../support/random.ts'

/** Lines that repeat what stood before, from near and from far, short ones and some that are longer than any window. */
function lines(seed: number): readonly string[] {
  const random = seededRandom(seed)
  const said = Array.from({ length: 400 }, () => random().toString(36))
  return Array.from({ length: 30 }, () => {
    const words = Array.from(
      { length: random() < 0.1 ? 9000 : random() * 300 },
      () => said[Math.floor(random() * said.length)],
    )
    return `${words.join(' ')} 🦙\n`
  })
}

const SEEDS = [1, 2, 3, 4, 5]

describe('a gzip member made line by line', () => {
  test.each(SEEDS)(
    'holds every line as soon as it is added, and is whole when it is ended (seed %d)',
    (seed) => {
      const member = gzipMember()
      let bytes = Buffer.alloc(0)
      let text = ''
      for (const line of lines(seed)) {
        bytes = Buffer.concat([bytes, member.add(line)])
        text += line
        expect(gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).toString()).toBe(text)
      }
      expect(gunzipSync(Buffer.concat([bytes, member.end()])).toString()).toBe(text)
    },
  )

  test.each(SEEDS)(
    'that is cut anywhere is mended to a whole one up to the last line that was whole (seed %d)',
    (seed) => {
      const [first, second] = [gzipMember(), gzipMember()]
      const before = Buffer.concat([first.add('before\n'), first.end()])
      const pieces = lines(seed)
        .slice(0, 8)
        .map((line) => second.add(line))
      const bytes = Buffer.concat([before, ...pieces])
      const random = seededRandom(seed)
      for (let cut = 0; cut < 30; cut++) {
        const length = before.length + Math.floor(random() * (bytes.length - before.length))
        const { keepBytes, closing } = mendedGzip(bytes.subarray(0, length)) ?? {
          keepBytes: -1,
          closing: bytes,
        }
        const ends = pieces.map((_, at) => Buffer.concat([before, ...pieces.slice(0, at + 1)]).length)
        const whole = [before.length, ...ends].findLast((end) => end <= length)
        expect(keepBytes).toBe(whole)
        const mended = gunzipSync(Buffer.concat([bytes.subarray(0, keepBytes), closing])).toString()
        expect(mended).toBe(
          `before\n${lines(seed)
            .slice(0, ends.indexOf(keepBytes) + 1)
            .join('')}`,
        )
      }
    },
  )
})
