import { RISK_CLASSES, RISK_LEVELS, type RiskClass, type RiskLevel } from '../model/risk.ts'
import { LLMTOP_PAGE } from '../parse/prometheus-fleet/engine-pages.ts'
import { parseMetrics, type Series } from '../parse/prometheus-text.ts'
import { textOf, type AnswerBook } from './answers.ts'
import { workloadId } from './scraped-llmtop.ts'

/** A warning that stands on another llmtop's screen, as far as its metrics tell of it. */
export interface PublishedRisk {
  readonly class: RiskClass
  readonly level: RiskLevel
  readonly gpu: string | undefined
  readonly workload: string | undefined
  readonly etaSeconds: number | undefined
}

/** What `llmtop serve` on this host warns of; nothing where none is scraped. */
export function publishedRisks(answers: AnswerBook): readonly PublishedRisk[] {
  const page = textOf(answers, LLMTOP_PAGE)
  if (!page.includes('llmtop_risk{')) return []
  const metrics = parseMetrics(page, (name) => name.startsWith('llmtop_risk'))
  const etas = new Map(
    (metrics.get('llmtop_risk_eta_seconds') ?? []).map((series) => [causeOf(series), series.value]),
  )
  return (metrics.get('llmtop_risk') ?? []).flatMap((series) => {
    const { labels, value } = series
    const riskClass = RISK_CLASSES.find((one) => one === labels.get('class'))
    const level = RISK_LEVELS.find((one) => one === labels.get('level'))
    if (riskClass === undefined || level === undefined || value !== 1) return []
    const workload = labels.has('engine') ? workloadId(labels) : undefined
    return [
      { class: riskClass, level, gpu: labels.get('uuid'), workload, etaSeconds: etas.get(causeOf(series)) },
    ]
  })
}

function causeOf({ labels }: Series): string {
  return [labels.get('class'), labels.get('uuid'), workloadId(labels)].join()
}
