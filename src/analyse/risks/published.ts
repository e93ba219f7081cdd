import type { EtaRange, RiskClass } from '../../model/risk.ts'
import type { PublishedRisk } from '../published-risks.ts'
import type { Condition } from '../risk-book.ts'
import { identityOf, type Situation } from '../situation.ts'
import { nameOf } from '../wording.ts'

/**
 * What llmtop on the host itself warns of and the series alone don't show: it sees processes, logs and slots every other
 * second. A warning that is found here as well is told in the words of its own rule.
 */
export function published(situation: Situation, own: readonly Condition[]): readonly Condition[] {
  return situation.published
    .filter((risk) => !own.some((condition) => isSame(condition, risk)))
    .map((risk) => told(risk, situation))
}

function isSame(condition: Condition, { class: riskClass, workload, gpu }: PublishedRisk): boolean {
  if (condition.class !== riskClass) return false
  return workload === undefined ? condition.gpu === gpu : condition.workload === workload
}

function told(
  { class: riskClass, level, gpu, workload, etaSeconds }: PublishedRisk,
  situation: Situation,
): Condition {
  const cause = situation.workloads.find(({ id }) => id === workload)
  const card = situation.gpus.find(({ uuid }) => uuid === gpu)
  const what = [
    WHAT[riskClass],
    ...(cause === undefined ? [] : [`of ${nameOf(cause)}`]),
    ...(card === undefined ? [] : [`on GPU ${card.index}`]),
  ].join(' ')
  return {
    id: `${riskClass}:${cause?.id ?? card?.uuid ?? 'host'}`,
    identity: identityOf(situation, cause),
    // it has been confirmed there
    confirmMs: 0,
    class: riskClass,
    level,
    gpu: card?.uuid,
    gpus: card === undefined ? [] : [card.uuid],
    workload: cause?.id,
    mig: undefined,
    eta: etaOf(etaSeconds),
    summary: `llmtop on that host warns of ${what}`,
    paused: `llmtop on that host has taken back its warning of ${what}`,
    evidence: ['its screen says why, and what to change: llmtop there, or llmtop ssh'],
    victims: [],
    numbers: {},
    findings: {},
  }
}

/** Its range is not told. */
function etaOf(seconds: number | undefined): EtaRange | undefined {
  return seconds === undefined ? undefined : { seconds, lowSeconds: seconds, highSeconds: seconds }
}

const WHAT: Readonly<Record<RiskClass, string>> = {
  'cuda-oom': 'CUDA out of memory',
  'will-not-fit': 'a start that will fail',
  'over-ceiling': 'memory beyond the prediction',
  'kv-saturation': 'a full KV cache',
  'context-limit': 'an answer cut at the end of its context',
  spill: 'weights on the CPU',
  'host-oom': 'a kill by the kernel',
  'unified-oom': 'memory shared by host and GPU that runs out',
}
