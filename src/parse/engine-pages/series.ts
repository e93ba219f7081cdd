import type { Metrics, Series } from '../prometheus-text.ts'

/** The finite values of the first of `names` that the page has; the same metric has had several names over the versions. */
export function finiteSeries(metrics: Metrics, ...names: readonly string[]): readonly Series[] {
  const present = names.find((name) => metrics.has(name))
  const series = present === undefined ? [] : (metrics.get(present) ?? [])
  return series.filter(({ value }) => Number.isFinite(value))
}

/** The first value, where a page has but one. */
export function onlyValue(metrics: Metrics, ...names: readonly string[]): number | undefined {
  return finiteSeries(metrics, ...names)[0]?.value
}

/** `value` of a label where it is a number above zero; vLLM writes unknown ones as "None". */
export function numberIn(series: Series | undefined, label: string): number | undefined {
  const value = Number(series?.labels.get(label))
  return Number.isFinite(value) && value > 0 ? value : undefined
}
