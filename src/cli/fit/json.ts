import type { Reading } from '../../core/reading.ts'
import type { FitCell, FitReport } from '../../model/fit.ts'
import { adviceJson } from '../../outputs/frame-json.ts'

/** `llmtop.fit/1`: one object. What is missing is null, and its reason stands in `missing`. */
export function fitJson(report: FitReport, compare: readonly FitCell[] | undefined): object {
  const missing: { readonly path: string; readonly reason: string }[] = []
  const value = (path: string, reading: Reading<unknown>): unknown => {
    if (reading.kind === 'known') return reading.value
    missing.push({ path, reason: reading.reason })
    return null
  }
  const values = (path: string, readings: Readonly<Record<string, Reading<unknown>>>) =>
    Object.fromEntries(
      Object.entries(readings).map(([key, reading]) => [key, value(`${path}.${key}`, reading)]),
    )
  const { model, host, kv } = report
  const { quantization, parameters, contextLength, ...named } = model
  const { workings: hostWorkings, ...hostReadings } = host
  return {
    schema: 'llmtop.fit/1',
    model: { ...named, ...values('model', { quantization, parameters, contextLength }) },
    engine: report.engine,
    config: report.config,
    basis: report.basis,
    fits: report.fits.verdict,
    reason: report.fits.reason,
    perGpu: report.perGpu.map((gpu, index) => values(`perGpu[${index}]`, { ...gpu })),
    host: { ...values('host', hostReadings), workings: hostWorkings },
    kv: values('kv', { ...kv }),
    workings: report.workings,
    advice: report.advice.map((advice) => ({ ...adviceJson(advice), enough: advice.enough })),
    assumptions: report.assumptions,
    ...(compare === undefined ? {} : { compare: compare.map(cellJson) }),
    missing,
  }
}

function cellJson({
  quantization,
  kvType,
  contextTokens,
  neededBytes,
  capacityTokens,
  fits,
}: FitCell): object {
  const orNull = (reading: Reading<number>) => (reading.kind === 'known' ? reading.value : null)
  return {
    quantization,
    kvType,
    contextTokens,
    neededBytes: orNull(neededBytes),
    capacityTokens: orNull(capacityTokens),
    fits,
  }
}
