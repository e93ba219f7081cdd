import { known, missing, type Reading } from '../core/reading.ts'
import type { EstimateInput } from './estimate-types.ts'
import type { Plan, PreparedEngine } from './plan.ts'
import { availableBytes } from './topology.ts'

/** Contexts are tried in steps of this many tokens: llama.cpp pads to it. */
const STEP = 256

/** Where the model does not say how long its context may be. */
const LONGEST_TRIED = 1_048_576

/** The longest single request that fits, at most what the model was trained for; 0 when none does. */
export function longestContext(engine: PreparedEngine, input: EstimateInput): Reading<number> {
  switch (engine.longest.kind) {
    case 'from-pool':
      return engine.longest.contextTokens
    case 'by-trying':
      return byTrying(engine.longest.planAt, input)
  }
}

function byTrying(planAt: (contextTokens: number) => Plan, input: EstimateInput): Reading<number> {
  const longest = input.architecture.contextLength ?? LONGEST_TRIED
  const atOnce = fits(planAt(longest), input)
  if (atOnce.kind === 'missing') return atOnce
  if (atOnce.value) return known(longest, 'derived')
  let low = 0
  let high = Math.ceil(longest / STEP)
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    const fit = fits(planAt(middle * STEP), input)
    if (fit.kind === 'known' && fit.value) low = middle
    else high = middle
  }
  return known(low * STEP, 'derived')
}

function fits(plan: Plan, { topology }: EstimateInput): Reading<boolean> {
  for (const [index, parts] of plan.perGpu.entries()) {
    const gpu = topology.gpus[index]
    if (gpu === undefined) return missing('not-reported', 'the GPU is not known')
    const available = availableBytes(gpu)
    if (available.kind === 'missing') return available
    let needed = 0
    for (const part of Object.values<Reading<number>>({ ...parts })) {
      if (part.kind === 'missing') return part
      needed += part.value
    }
    if (needed > available.value) return known(false, 'derived')
  }
  return known(true, 'derived')
}
