import { asArray, asObject, asText, parseJson } from '../../core/decode.ts'
import { lastLine, printable } from '../../core/text.ts'

/** One series of an answer of Prometheus' HTTP API: its labels and its points, oldest first. */
export interface ApiSeries {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly points: readonly ApiPoint[]
}

export interface ApiPoint {
  readonly epochMs: number
  readonly value: number
}

export type ApiAnswer =
  | {
      readonly kind: 'series'
      readonly series: readonly ApiSeries[]
      /** What the server has to say of an answer that lacks something (a store behind it is down). */
      readonly warnings: readonly string[]
    }
  /** `because` completes «URL …». */
  | { readonly kind: 'refusal'; readonly because: string }

/**
 * Reads an answer of `/api/v1/query` or `/api/v1/query_range` (https://prometheus.io/docs/prometheus/latest/querying/api/).
 * Series and points that are not what they should be are left out. Never throws.
 */
export function readApiAnswer(text: string): ApiAnswer {
  const object = asObject(parseJson(text))
  if (object === undefined)
    return { kind: 'refusal', because: `answered no JSON but '${lastLine(text, 60)}'` }
  if (object['status'] !== 'success') {
    const error = printable(asText(object['error']) ?? 'without saying why')
    return { kind: 'refusal', because: `refused the query: ${error}` }
  }
  const result = asArray(asObject(object['data'])?.['result'])
  if (result === undefined) return { kind: 'refusal', because: 'answered without a result' }
  const texts = new Map<string, string>()
  return {
    kind: 'series',
    series: result.flatMap((one) => readSeries(one, texts) ?? []),
    warnings: [
      ...(asArray(object['warnings']) ?? []).flatMap((warning) => printable(asText(warning) ?? '')),
      // VictoriaMetrics: some of its storage nodes did not answer
      ...(object['isPartial'] === true ? ['not all storage nodes answered'] : []),
    ],
  }
}

/** @param texts labels that have been seen already: those of a card stand in each of its series */
function readSeries(value: unknown, texts: Map<string, string>): ApiSeries | undefined {
  const object = asObject(value)
  const metric = asObject(object?.['metric'])
  if (object === undefined || metric === undefined) return undefined
  const labels = new Map<string, string>()
  for (const [name, label] of Object.entries(metric)) {
    if (typeof label === 'string' && name !== '__name__') labels.set(name, once(label, texts))
  }
  const raw = asArray(object['values']) ?? [object['value']]
  return {
    name: asText(metric['__name__']) ?? '',
    labels,
    points: raw.flatMap((point) => readPoint(point) ?? []),
  }
}

/** Each text once, made safe to print: an answer has a hundred thousand labels, and few different ones. */
function once(label: string, texts: Map<string, string>): string {
  const known = texts.get(label)
  if (known !== undefined) return known
  const safe = printable(label)
  texts.set(label, safe)
  return safe
}

/** `[1700000000.123, "4.2"]`; NaN (stale, or 0/0) and the infinities are no numbers to go on. */
function readPoint(value: unknown): ApiPoint | undefined {
  const [seconds, text] = asArray(value) ?? []
  if (typeof seconds !== 'number' || typeof text !== 'string') return undefined
  const number = Number(text)
  return text !== '' && Number.isFinite(number) ? { epochMs: seconds * 1000, value: number } : undefined
}
