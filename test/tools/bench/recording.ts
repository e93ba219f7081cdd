import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RawSample } from '../../../src/model/sample.ts'
import { openRecorder } from '../../../src/outputs/recording/recorder.ts'
import { sampleStream } from '../../../src/outputs/recording/sample-stream.ts'
import { seededRandom } from '../../support/random.ts'
import { busyMachine } from './load.ts'
import type { Measure } from './measure.ts'

const GPUS = 8
const SAMPLES = 1800
/** Taken again and again: a heap full of samples would measure its own cleaning. */
const DISTINCT_SAMPLES = 120
/** Until the compiler, whose threads count as CPU time too, has come to rest. */
const WARM_UP = 600
/** A minute: one of them is a key frame, which costs twenty times as much as the others. */
const BATCH = 60

/** What recording costs beyond sampling, and how large an hour at 1 Hz is. */
export async function measureRecording(): Promise<readonly Measure[]> {
  const few = await recorded(16)
  const many = await recorded(100)
  const load = `${GPUS} GPUs at 1 Hz`
  return [
    { what: `recording, ${load}, 16 processes`, value: few.megabytesPerHour, unit: 'MB/h', budget: 2.5, bound: 'most' },
    { what: `CPU of recording one sample, ${GPUS} GPUs, 16 processes`, value: few.ms, unit: 'ms', budget: 0.3, bound: 'most' },
    // no budget was set for a machine as full as this
    { what: `recording, ${load}, 100 processes`, value: many.megabytesPerHour, unit: 'MB/h', budget: 8, bound: 'most' },
  ] // prettier-ignore
}

async function recorded(
  processes: number,
): Promise<{ readonly megabytesPerHour: number; readonly ms: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'llmtop-bench-'))
  const file = join(folder, 'a.ndjson.gz')
  const samples = lifeSized(busyMachine(GPUS, processes, DISTINCT_SAMPLES))
  const recorder = await openRecorder(
    { file, tool: 'bench', anonymized: false, rotation: undefined },
    sampleStream(),
  )
  const batches: number[] = []
  for (let at = 0; at < SAMPLES; at += BATCH) {
    const before = process.cpuUsage()
    for (let n = at; n < at + BATCH; n += 1) {
      recorder.accept(at1Hz(samples[n % samples.length] ?? fail(), n), '')
      await recorder.settled()
    }
    const { user, system } = process.cpuUsage(before)
    if (at >= WARM_UP) batches.push((user + system) / 1000 / BATCH)
  }
  await recorder.close()
  const megabytes = statSync(file).size / 1e6
  rmSync(folder, { recursive: true })
  return { megabytesPerHour: (megabytes / SAMPLES) * 3600, ms: median(batches) }
}

/**
 * With as many lines for each card as nvidia-smi of the 570 family prints once its clock tables are cut (11 KB), of which
 * those change at each sample that change on a card at work.
 */
function lifeSized(samples: readonly RawSample[]): readonly RawSample[] {
  const random = seededRandom(1)
  const constant = Array.from(
    { length: 200 },
    (_, at) => `\t\t\t<remaining_field_${at}>N/A</remaining_field_${at}>`,
  )
  const changing = (): readonly string[] => [
    `\t\t\t<instant_power_draw>${(200 + random() * 90).toFixed(2)} W</instant_power_draw>`,
    `\t\t\t<sm_clock>${1665 + 15 * Math.floor(random() * 8)} MHz</sm_clock>`,
    `\t\t\t<tx_util>${Math.round(random() * 500_000)} KB/s</tx_util>`,
    `\t\t\t<rx_util>${Math.round(random() * 500_000)} KB/s</rx_util>`,
    `\t\t\t<memory_temp>${60 + Math.floor(random() * 4)} C</memory_temp>`,
  ]
  return samples.map((sample) => {
    const part = sample.parts.get('nvidia-smi')
    if (part?.kind !== 'text') return sample
    const document = part.text.replaceAll('</gpu>', () => [...constant, ...changing(), '</gpu>'].join('\n'))
    // one piece of memory, as it comes from a pipe, and not the pieces that it was put together from
    const text = Buffer.from(document).toString()
    return { ...sample, parts: new Map(sample.parts).set('nvidia-smi', { ...part, text }) }
  })
}

function at1Hz(sample: RawSample, sequence: number): RawSample {
  const elapsedMs = sequence * 1000
  return {
    ...sample,
    sequence,
    elapsedMs,
    takenAtEpochMs: Date.UTC(2026, 10, 21) + elapsedMs,
    intervalMs: 1000,
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}

function fail(): never {
  throw new Error('the bench has no samples')
}
