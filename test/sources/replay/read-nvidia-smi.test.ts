import { describe, expect, test } from 'vitest'
import { isGap } from '../../../src/analyse/gap.ts'
import type { RawSample } from '../../../src/model/sample.ts'
import { BEGINNING, frames, lastFrame } from '../../support/fold.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { replayedText } from '../../support/replayed.ts'

/** A document of two cards, stamped so many seconds after noon. */
function document(seconds: number, usedMiB = 1000): string {
  const time = new Date(Date.UTC(2026, 10, 21, 12, 0, seconds)).toISOString().slice(11, 19)
  return nvidiaSmiXml({ timestamp: `Sat Nov 21 ${time} 2026`, gpus: [{ usedMiB }, { usedMiB }] })
}

const THREE = [0, 2, 4].map((seconds) => document(seconds, 1000 + seconds))
const LOG = THREE.join('')

function times(samples: readonly RawSample[]): readonly (readonly [string, number])[] {
  return samples.map(({ takenAtEpochMs, elapsedMs }) => [
    new Date(takenAtEpochMs).toISOString().slice(11, 22),
    elapsedMs / 1000,
  ])
}

describe('a log of nvidia-smi -q -x', () => {
  test('gives a sample for each document, at the digits of its own stamp, in a time that begins with the first', async () => {
    const { samples, ending } = await replayedText(LOG, 'node7.2026.xml')
    expect(ending).toBeUndefined()
    expect(times(samples)).toEqual([
      ['12:00:00.00', 0],
      ['12:00:02.00', 2],
      ['12:00:04.00', 4],
    ])
    expect(samples.map(({ host, sequence, intervalMs }) => [host, sequence, intervalMs])).toEqual([
      ['node7', 0, 2000],
      ['node7', 1, 2000],
      ['node7', 2, 2000],
    ])
    expect(frames(samples).map(({ gpus }) => gpus.length)).toEqual([2, 2, 2])
  })

  test.each<[string, string | Uint8Array]>([
    ['Windows’ line ends', LOG.replaceAll('\n', '\r\n')],
    ['a byte order mark', `\ufeff${LOG}`],
    [
      'UTF-16, as a PowerShell redirect writes it',
      Buffer.from(`\ufeff${LOG.replaceAll('\n', '\r\n')}`, 'utf16le'),
    ],
    ['UTF-16 without a mark', Buffer.from(LOG, 'utf16le')],
    ['no prologs', LOG.replaceAll(/<\?xml.*\n<!DOCTYPE.*\n/g, '')],
    ['blank lines in between', THREE.join('\n\n\n')],
    ['nothing after the last tag', LOG.trimEnd()],
  ])('is read with %s', async (_, content) => {
    const plain = await replayedText(LOG, 'node7.xml')
    const { samples, ending } = await replayedText(content, 'node7.xml')
    expect(ending).toBeUndefined()
    expect(times(samples)).toEqual(times(plain.samples))
    expect(lastFrame(samples).gpus).toEqual(lastFrame(plain.samples).gpus)
  })

  test('of -lms spreads documents that share a second', async () => {
    const { samples } = await replayedText(
      [0, 0, 0, 0, 1, 1, 1, 1].map((s) => document(s)).join(''),
      'fast.xml',
    )
    expect(times(samples).map(([, seconds]) => seconds)).toEqual([0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75])
  })

  test('whose stamps go back goes on as another run, behind a gap', async () => {
    const { samples } = await replayedText([100, 102, 0, 2].map((s) => document(s)).join(''), 'twice.xml')
    expect(samples.map(({ sequence }) => sequence)).toEqual([0, 1, 2, 3])
    expect(times(samples)).toEqual([
      ['12:01:40.00', 0],
      ['12:01:42.00', 2],
      ['12:00:00.00', 10],
      ['12:00:02.00', 12],
    ])
    const [, before, after] = samples
    expect(before && after && isGap({ ...BEGINNING, previous: before }, after)).toBe(true)
  })

  test('holds no clock tables and no secrets when it is replayed', async () => {
    const secret = nvidiaSmiXml({
      gpus: [{ supportedClocks: 50, processes: [{ pid: 1, name: 'vllm --api-key s3cret' }] }],
    })
    const [sample] = (await replayedText(secret, 'a.xml')).samples
    const part = sample?.parts.get('nvidia-smi')
    expect(part?.kind === 'text' && part.text).not.toMatch(/s3cret|supported_graphics_clock/)
  })
})

describe('a damaged log', () => {
  const torn = { kind: 'torn-tail', file: 'a.xml', because: 'its last document has no closing tag' }

  test.each([
    ['in the middle of a card', LOG.lastIndexOf('<gpu id') + 40],
    ['between two cards', LOG.lastIndexOf('<gpu id')],
    ['in the last tag', LOG.length - 5],
    ['in a prolog', LOG.length - document(4).length + 30],
  ])('that is cut %s loses that document, never a card', async (_, end) => {
    const { samples, ending } = await replayedText(LOG.slice(0, end), 'a.xml')
    expect(frames(samples).map(({ gpus }) => gpus.length)).toEqual([2, 2])
    expect(ending).toEqual(torn)
  })

  test('shows what nvidia-smi said instead of a document as a fault, while the cards before it stand', async () => {
    const words = 'Unable to determine the device handle for GPU0000:18:00.0: Unknown Error\n'
    const { samples, ending } = await replayedText(`${document(0)}${words}`, 'a.xml')
    expect(ending).toBeUndefined()
    expect(
      frames(samples).map(({ gpus, faults }) => [gpus.length, faults.map(({ fault }) => fault.kind)]),
    ).toEqual([
      [2, []],
      [2, ['gpu-unreadable']],
    ])
  })

  test('that holds only an error of nvidia-smi is that error', async () => {
    const words = "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.\n"
    const [frame] = frames((await replayedText(words, 'a.xml')).samples)
    expect(frame?.faults.map(({ fault }) => fault)).toMatchObject([
      { kind: 'driver-trouble', trouble: 'no-driver' },
    ])
  })
})
