import type { RawSample } from '../../src/model/sample.ts'
import type { Want } from '../../src/model/want.ts'
import type { Source } from '../../src/sources/source.ts'

export interface WatchOptions {
  /** Wants by what was seen so far; none when left out. */
  readonly wants?: (samples: readonly RawSample[]) => readonly Want[]
  /** Gives up after so long; the run then ends with what it has, and the assertions say what is missing. */
  readonly patienceMs?: number
  /** Called after each sample. */
  readonly onSample?: (sample: RawSample, samples: readonly RawSample[]) => void
}

/** Runs `source` until `isEnough` is true of its samples, ends it, and gives them all. */
export async function watchUntil(
  source: Source,
  isEnough: (samples: readonly RawSample[]) => boolean,
  { wants = () => [], patienceMs = 15_000, onSample = () => undefined }: WatchOptions = {},
): Promise<readonly RawSample[]> {
  const samples: RawSample[] = []
  const ending = new AbortController()
  const patience = setTimeout(() => {
    ending.abort()
  }, patienceMs)
  try {
    for await (const sample of source.samples(() => wants(samples), ending.signal)) {
      samples.push(sample)
      onSample(sample, samples)
      if (isEnough(samples)) break
    }
  } finally {
    clearTimeout(patience)
    ending.abort()
  }
  return samples
}

/** The text of a part, or undefined when it is absent or no text. */
export function textOf(sample: Pick<RawSample, 'parts'> | undefined, name: string): string | undefined {
  const part = sample?.parts.get(name)
  return part?.kind === 'text' ? part.text : undefined
}

/** The fault of a part, or undefined when it is absent or none. */
export function faultOf(sample: RawSample | undefined, name: string): unknown {
  const part = sample?.parts.get(name)
  return part?.kind === 'fault' ? part.fault : undefined
}
