import type { ApiSeries } from './api-answer.ts'

/** The metrics pages that Prometheus has scraped, as far as they were asked for. */
export type ScrapedPages = ReadonlyMap<string, string>

/**
 * The pages of one host by the name of their part: `scraped/vllm/a:8000` is what that engine would answer itself,
 * `scraped/llmtop` what `llmtop serve` there says of its workloads.
 */
export function scrapedPages(series: readonly ApiSeries[]): ScrapedPages {
  const pages = new Map<string, string>()
  for (const one of series) {
    const part = partOf(one)
    if (part !== undefined) pages.set(part, `${pages.get(part) ?? ''}${lineOf(one)}`)
  }
  return pages
}

const SCRAPED = 'scraped/'
export const LLMTOP_PAGE = `${SCRAPED}llmtop`

/** Engine and place of a part that holds an engine's page. */
export function enginePage(
  part: string,
): { readonly engine: 'vllm' | 'sglang'; readonly instance: string } | undefined {
  const [, engine, instance] = /^scraped\/(vllm|sglang)\/(.+)$/.exec(part) ?? []
  if (instance === undefined || (engine !== 'vllm' && engine !== 'sglang')) return undefined
  return { engine, instance }
}

/**
 * Whether a part is the page of an engine, or of llmtop, that would be among these parts if it were still there: llmtop
 * tells of cards as well, so a page of it that is missing without them says nothing of the engines.
 */
export function isPageOf(part: string, there: ReadonlyMap<string, unknown>): boolean {
  return part === LLMTOP_PAGE ? there.has('nvidia-smi-csv') : part.startsWith(SCRAPED)
}

function partOf({ name, labels }: ApiSeries): string | undefined {
  if (name.startsWith('llmtop_'))
    return labels.has('engine') || name.startsWith('llmtop_risk') ? LLMTOP_PAGE : undefined
  const [engine, metric] = name.split(':')
  if (metric === undefined) return undefined
  return `${SCRAPED}${engine ?? ''}/${placeOf(labels)}`
}

/** What tells the engines of a host apart. */
export function placeOf(labels: ApiSeries['labels']): string {
  return labels.get('instance') ?? labels.get('pod') ?? ''
}

function lineOf({ name, labels, points }: ApiSeries): string {
  const value = points.at(-1)?.value
  if (value === undefined) return ''
  const pairs = [...labels].map(
    ([label, text]) => `${label}="${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`,
  )
  return `${name}{${pairs.join(',')}} ${value}\n`
}
