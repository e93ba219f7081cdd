import { attributeAll } from '../../../src/analyse/attributed.ts'
import { attributeGpu, ownersOf } from '../../../src/analyse/attribute.ts'
import { groupByClaim } from '../../../src/analyse/claims.ts'
import { startMemory, type Memory } from '../../../src/analyse/memory.ts'
import { observe } from '../../../src/analyse/observe.ts'
import { RULES } from '../../../src/analyse/rules.ts'
import { wantsOf } from '../../../src/analyse/wants.ts'
import type { RawSample } from '../../../src/model/sample.ts'
import { busyMachine } from './load.ts'
import { servingMachine } from './serving-machine.ts'
import { medianCpuMs, type Measure } from './measure.ts'

/**
 * What it costs to say whose the memory of 100 GPU processes is: groups, settings, models, telemetry, parts, and what to ask
 * next. Of single jobs; of servers that all answer with new numbers at every tick; and at first sight, with nothing remembered.
 */
export function measureAttribution(): readonly Measure[] {
  const jobs = busyMachine(8, 100, 80)
  return [
    { what: 'attribution of 100 GPU processes', value: steadyMs(jobs), unit: 'ms', budget: 2, bound: 'most' },
    { what: 'the same, at first sight', value: firstMs(jobs), unit: 'ms', budget: 2, bound: 'most' },
    {
      what: 'the same, most of them in 28 servers with new telemetry',
      value: steadyMs(servingMachine(80)),
      unit: 'ms',
      budget: 5,
      bound: 'most',
    },
  ]
}

function steadyMs(samples: readonly RawSample[]): number {
  const seen = observed(samples)
  return medianCpuMs(200, (run) => {
    const at = run % samples.length
    attribute(seen[at] ?? fail(), samples[at] ?? fail())
  })
}

/** Each time a memory of its own, whose command lines were never seen before. */
function firstMs(samples: readonly RawSample[]): number {
  const [sample = fail()] = samples
  const strangers = Array.from({ length: 1100 }, () => observed([sample])[0] ?? fail())
  return medianCpuMs(100, () => {
    attribute(strangers.pop() ?? fail(), sample)
  })
}

function observed(samples: readonly RawSample[]): readonly Memory[] {
  let memory = startMemory({ kind: 'replay', label: 'bench' }, RULES)
  return samples.map((sample) => (memory = observe(memory, sample)))
}

function attribute(memory: Memory, sample: RawSample): void {
  const gpus = memory.gpuDocument?.document.gpus ?? []
  const groups = groupByClaim(gpus, memory.processes, memory.processList, memory.held)
  const owners = ownersOf(attributeAll(memory, groups, sample).workloads)
  const evidence = { inContainer: false, departures: memory.departures }
  for (const gpu of gpus) attributeGpu(gpu, owners, memory.processes, evidence)
  wantsOf(memory, groups)
}

function fail(): never {
  throw new Error('the bench has no samples')
}
