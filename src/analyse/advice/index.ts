import { valueOr } from '../../core/reading.ts'
import type { Advice } from '../../model/risk.ts'
import type { JudgedWorkload } from '../judged.ts'
import { adviseOnHost } from './host-memory.ts'
import { adviseOnContext, adviseOnPool } from './kv-cache.ts'
import { adviseOnCards } from './out-of-memory.ts'
import type { AdviceSituation } from './situation.ts'
import { startAnew } from './start-anew.ts'

export type { AdviceSituation, RiskFindings, RiskNumbers } from './situation.ts'

// more than anyone tries at night
const MOST = 6

/** What to change, best first; only steps that change something on this engine, this version and this card. */
export function adviceFor(situation: AdviceSituation): readonly Advice[] {
  return [...advise(situation), ...startAnew(situation)].slice(0, MOST)
}

function advise(situation: AdviceSituation): readonly Advice[] {
  switch (situation.class) {
    case 'cuda-oom':
    case 'will-not-fit':
    case 'over-ceiling':
    case 'spill':
      return adviseOnCards(situation)
    case 'kv-saturation':
      return adviseOnPool(situation)
    case 'context-limit':
      return adviseOnContext(situation)
    case 'host-oom':
      return adviseOnHost(situation)
    case 'unified-oom': {
      const blamed = { ...situation, workload: situation.workload ?? largest(situation) }
      return [...adviseOnHost(blamed), ...adviseOnCards(blamed)]
    }
  }
}

/** Where nobody is to blame, who holds the most can give the most. */
function largest({ workloads }: AdviceSituation): JudgedWorkload | undefined {
  return workloads.toSorted((a, b) => valueOr(b.memory.usedBytes, 0) - valueOr(a.memory.usedBytes, 0))[0]
}
