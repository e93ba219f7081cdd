import { PassThrough, Writable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Frame } from '../../src/model/frame.ts'
import type { RawSample } from '../../src/model/sample.ts'
import { jsonOutput } from '../../src/outputs/json.ts'
import type { Output } from '../../src/outputs/output.ts'
import { plainOutput } from '../../src/outputs/plain.ts'
import { DEMO } from '../support/demo-scenario.ts'
import { fixturePath } from '../support/fixtures.ts'
import { frames, steps } from '../support/fold.ts'
import { replayed } from '../support/replayed.ts'
import { simulate } from '../support/simulate.ts'

// What holds for every output that writes to a stream.
const OUTPUTS: readonly (readonly [string, (stream: Writable) => Output])[] = [
  ['json', jsonOutput],
  ['plain', (stream) => plainOutput(stream, { columns: undefined, ascii: false })],
]

const SAMPLES = simulate({ ...DEMO, durationMs: 20_000 })
const PAIRS: readonly (readonly [Frame, RawSample])[] = steps(SAMPLES).flatMap(({ frame }, at) => {
  const sample = SAMPLES[at]
  return sample === undefined ? [] : [[frame, sample] as const]
})

async function show(output: Output, pairs = PAIRS): Promise<void> {
  for (const [frame, sample] of pairs) await output.accept(frame, sample)
  await output.close()
}

/** A reader that takes each piece only when it is told to. */
function slowReader(): { readonly stream: Writable; readonly texts: string[]; readonly takeOne: () => void } {
  const texts: string[] = []
  let release: (() => void) | undefined
  const stream = new Writable({
    highWaterMark: 1,
    decodeStrings: false,
    write: (chunk: string, _, callback) => {
      texts.push(chunk)
      release = callback
    },
  })
  return { stream, texts, takeOne: () => release?.() }
}

describe.each(OUTPUTS)('the %s output', (label, make) => {
  test('is called by its name', () => {
    expect(make(new PassThrough()).label).toBe(label)
  })

  test('writes each frame whole, ended by a new line, and nothing of its own accord', async () => {
    const stream = new PassThrough({ highWaterMark: 2 ** 24 })
    const output = make(stream)
    expect(stream.read()).toBeNull()
    await show(output)
    const text = String(stream.read())
    expect(text.endsWith('\n')).toBe(true)
    expect(text).not.toMatch(/undefined|NaN|\[object/)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/)
  })

  test.each([
    'powershell-log/log.xml',
    'hidden-pids/recording.ndjson',
    'without-nvidia-smi/recording.ndjson',
  ])('accepts every frame of %s', async (name) => {
    const { samples } = await replayed(fixturePath(`replay/${name}`))
    const stream = new PassThrough({ highWaterMark: 2 ** 24 })
    const shown = frames(samples).map((frame, at) => [frame, samples[at] ?? SAMPLES[0]] as const)
    await show(
      make(stream),
      shown.flatMap(([frame, sample]) => (sample === undefined ? [] : [[frame, sample]])),
    )
    expect(String(stream.read()).length).toBeGreaterThan(100)
  })

  test('waits for a slow reader instead of keeping everything in memory', async () => {
    const { stream, texts, takeOne } = slowReader()
    let done = false
    const ended = show(make(stream)).then(() => (done = true))
    for (let taken = 1; taken <= PAIRS.length; taken++) {
      await new Promise(setImmediate)
      expect([texts.length, done]).toEqual([taken, false])
      takeOne()
    }
    await ended
  })

  test('ends quietly when its reader goes away, waited for or not', async () => {
    const { stream } = slowReader()
    stream.on('error', () => undefined)
    const ended = show(make(stream))
    await new Promise(setImmediate)
    stream.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
    await ended
    await show(make(stream))
  })

  test('closes twice, and without ever having been used', async () => {
    const output = make(new PassThrough())
    await output.close()
    await output.close()
  })
})
