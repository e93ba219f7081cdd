// The built code is what is measured: what runs TypeScript directly adds costs of its own to every function.
import { attributeAll } from '../../../dist/analyse/attributed.js'
import { attributeGpu, ownersOf } from '../../../dist/analyse/attribute.js'
import { groupByClaim } from '../../../dist/analyse/claims.js'
import { startMemory, type Memory } from '../../../dist/analyse/memory.js'
import { observe } from '../../../dist/analyse/observe.js'
import { RULES } from '../../../dist/analyse/rules.js'
import { wantsOf } from '../../../dist/analyse/wants.js'
import type { RawSample } from '../../../dist/model/sample.js'
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
