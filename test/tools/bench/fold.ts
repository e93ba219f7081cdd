import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startMemory } from '../../../src/analyse/memory.ts'
import { RULES } from '../../../src/analyse/rules.ts'
import { step, type Step } from '../../../src/analyse/step.ts'
import type { RawSample } from '../../../src/model/sample.ts'
import { parseNvidiaSmi } from '../../../src/parse/nvidia-smi.ts'
import { busyMachine, lasting } from './load.ts'
import { medianCpuMs, type Measure } from './measure.ts'

/** What text and judgement cost: one document, and one sample folded. */
export function measureFold(): readonly Measure[] {
  const samples = busyMachine(8, 100, 200)
  // a source cuts the clock tables; here they are still there, as nvidia-smi prints them: 150 KB for eight cards
  const documents = samples.map((sample) => documentOf(sample).replaceAll('<supported_clocks>', CLOCKS))
  const parse = medianCpuMs(200, (run) => void parseNvidiaSmi(documents[run % documents.length] ?? ''))
  return [
    { what: 'parse one 8-GPU document, nothing reused', value: parse, unit: 'ms', budget: 5, bound: 'most' },
    {
      what: 'step of one sample, its document parsed, 8 GPUs, 100 processes',
      value: stepCost(samples),
      unit: 'ms',
      budget: 6,
      bound: 'most',
    },
  ]
}

const CLOCKS = `<supported_clocks>${'<supported_graphics_clock>1980 MHz</supported_graphics_clock>\n'.repeat(150)}`

/**
 * How far the resident set rises while a day of samples is folded, after its first quarter. Garbage is collected before
 * each look: V8 lets it lie for hours where there is little of it.
 */
export function measureMemoryGrowth(): Measure {
  const count = 24_000
  const collectGarbage = garbageCollector()
  let memory = startMemory({ kind: 'replay', label: 'bench' }, RULES)
  let settledBytes = 0
  for (const sample of lasting(busyMachine(1, 4, 600), count)) {
    memory = step(memory, sample).memory
    if (sample.sequence !== count / 4) continue
    collectGarbage()
    settledBytes = process.memoryUsage().rss
  }
  collectGarbage()
  return {
    what: `resident set risen over the last ¾ of ${count} samples, garbage collected`,
    value: Math.max(0, process.memoryUsage().rss - settledBytes) / 1024 ** 2,
    unit: 'MiB',
    budget: 13,
    bound: 'most',
  }
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

function stepCost(samples: readonly RawSample[]): number {
  let last: Step = step(startMemory({ kind: 'replay', label: 'bench' }, RULES), samples[0] ?? fail())
  return medianCpuMs(samples.length - 31, (run) => {
    last = step(last.memory, samples[(run % (samples.length - 1)) + 1] ?? fail())
  })
}

function documentOf({ parts }: RawSample): string {
  const part = parts.get('nvidia-smi')
  return part?.kind === 'text' ? part.text : fail()
}

function fail(): never {
  throw new Error('the bench has no samples')
}
