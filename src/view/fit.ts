import { formatBytes, formatCount, formatGib } from '../core/format.ts'
import { sum, valueOr, type Reading } from '../core/reading.ts'
import { GIB } from '../core/units.ts'
import type { FitExplanations, FitGpu, FitReport, FitVerdict } from '../model/fit.ts'
import { fitAdviceLines } from './fit-advice.ts'
import { fitBar, PART_GLYPHS, type FitPart } from './fit-bar.ts'
import { glyph } from './glyphs.ts'

/** The answer of `llmtop fit` as lines of text, without colour; free text wraps at `columns`. */
export function fitLines(report: FitReport, columns: number): readonly string[] {
  return [
    ...headLines(report),
    '',
    ...report.perGpu.flatMap((gpu, index) => gpuLines(report, gpu, index, columns)),
    ...partLines(report),
    ...hostLine(report),
    ...kvLines(report),
    ...assumptionLines(report, columns),
    ...fitAdviceLines(report.advice),
  ]
}

const VERDICTS: Readonly<Record<FitVerdict['verdict'], string>> = {
  yes: 'fits',
  no: 'does not fit',
  unsure: 'unsure',
}

function headLines({ model, engine, config, contextTokens, slots, kv, fits }: FitReport): readonly string[] {
  const { name, quantization, parameters } = model
  const size = parameters.kind === 'known' ? `${(parameters.value / 1e9).toFixed(1)} B parameters` : undefined
  const settings = [
    engine,
    contextTokens.kind === 'known' ? `${formatCount(contextTokens.value)} tokens` : undefined,
    slots,
    named('GPUs in tensor parallel', config['tensorParallel']),
    config['kvTypeK'] === undefined ? undefined : `KV ${String(config['kvTypeK'])}`,
  ]
  return [
    `${join([name, valueOr(quantization, undefined), size], '  ')}      ${join(settings, ', ')}`,
    `${VERDICTS[fits.verdict]}: ${fits.reason}`,
    ...(kv.maxContextTokens.kind === 'known' ? [longestRequest(kv.maxContextTokens.value)] : []),
  ]
}

function longestRequest(tokens: number): string {
  return tokens === 0
    ? 'not even a short request fits'
    : `longest request that fits: ${formatCount(tokens)} tokens`
}

function named(what: string, value: unknown): string | undefined {
  return typeof value === 'number' ? `${value} ${what}` : undefined
}

function join(parts: readonly (string | undefined)[], between: string): string {
  return parts.filter((part) => part !== undefined).join(between)
}

function gpuLines(report: FitReport, gpu: FitGpu, index: number, columns: number): readonly string[] {
  if (index > 0 && sameAs(gpu, report.perGpu[index - 1])) return []
  const like = report.perGpu.findLastIndex(
    (other, i) => i >= index && sameRun(report.perGpu, index, i) && sameAs(gpu, other),
  )
  const label = like > index ? `GPU ${index}–${like}` : `GPU ${index}`
  const { neededBytes, lowBytes, highBytes, availableBytes } = gpu
  const range =
    lowBytes.kind === 'known' && highBytes.kind === 'known'
      ? ` (${formatGib(lowBytes.value)}–${formatGib(highBytes.value)})`
      : ''
  const usable = availableBytes.kind === 'known' ? `, ${formatGib(availableBytes.value)} usable` : ''
  return [
    `${label}  ${cardName(gpu)}   needs ${gib(neededBytes)}${range}${usable}`,
    fitBar(gpu, Math.min(columns, 76)),
  ]
}

function sameAs(gpu: FitGpu, other: FitGpu | undefined): boolean {
  return other !== undefined && JSON.stringify(gpu) === JSON.stringify(other)
}

function sameRun(all: readonly FitGpu[], from: number, to: number): boolean {
  return all.slice(from, to).every((gpu) => sameAs(gpu, all[to]))
}

function cardName({ name, totalBytes }: FitGpu): string {
  const size = totalBytes.kind === 'known' ? `${(totalBytes.value / GIB).toFixed(0)} GiB` : undefined
  return join([valueOr(name, undefined), size], ' ') || 'of unknown size'
}

function gib(bytes: Reading<number>): string {
  return bytes.kind === 'known' ? `${formatGib(bytes.value)} GiB` : glyph('missing')
}

const PARTS: readonly (readonly [FitPart, string, keyof FitExplanations])[] = [
  ['weightsBytes', 'weights', 'weights'],
  ['kvBytes', 'KV cache', 'kv'],
  ['stateBytes', 'state', 'state'],
  ['activationsBytes', 'compute', 'activations'],
  ['overheadBytes', 'context', 'overhead'],
]

/** Over all GPUs together. */
function partLines({ perGpu, explanations, basis }: FitReport): readonly string[] {
  const where = perGpu.length > 1 ? `, ${perGpu.length} GPUs together` : ''
  const rows = PARTS.flatMap(([part, label, key]) => {
    const bytes = sum(perGpu.map((gpu) => gpu[part]))
    if (bytes.kind === 'known' && bytes.value === 0) return []
    const why = bytes.kind === 'known' ? explanations[key] : (bytes.detail ?? bytes.reason)
    return [`  ${PART_GLYPHS[part]} ${label.padEnd(9)} ${gib(bytes).padStart(10)}   ${why}`]
  })
  return [...rows, `    by ${BASES[basis]}${where}`]
}

const BASES: Readonly<Record<FitReport['basis'], string>> = {
  'engine-log': 'what the engine printed',
  tensors: 'the tensors in the file, and formulas',
  formula: 'formulas from the shape of the model',
  catalogue: "formulas from llmtop's catalogue",
}

function hostLine({ host }: FitReport): readonly string[] {
  const parts = [
    ['weights', host.weightsBytes],
    ['KV', host.kvBytes],
  ] as const
  const shown = parts.flatMap(([label, bytes]) =>
    bytes.kind === 'known' && bytes.value > 0 ? [`${label} ${formatBytes(bytes.value)}`] : [],
  )
  const available =
    host.availableBytes.kind === 'known' ? `, ${formatGib(host.availableBytes.value)} GiB available` : ''
  const others = host.workings.flatMap(({ term, bytes }) =>
    bytes > 0 ? [`${term} ${formatBytes(bytes)}`] : [],
  )
  const all = [...shown, ...others]
  return all.length === 0 ? [] : ['', `host  ${all.join(', ')}${available}`]
}

function kvLines({ kv }: FitReport): readonly string[] {
  const { bytesPerToken, marginalBytesPerToken, capacityTokens } = kv
  if (bytesPerToken.kind === 'missing' || bytesPerToken.value === 0) return []
  const perToken = `a token takes ${exactKib(bytesPerToken.value)}`
  const marginal =
    marginalBytesPerToken.kind === 'known' && marginalBytesPerToken.value < 0.99 * bytesPerToken.value
      ? `, one more at the end ${exactKib(marginalBytesPerToken.value)}`
      : ''
  const capacity =
    capacityTokens.kind === 'known' ? `; room for ${formatCount(capacityTokens.value)} tokens` : ''
  return [`KV    ${perToken}${marginal}${capacity}`]
}

/** 128 KiB, 17.5 KiB: what people compare with published figures. */
function exactKib(bytes: number): string {
  const kib = bytes / 1024
  return `${Number.isInteger(kib) ? kib : kib.toFixed(1)} KiB`
}

function assumptionLines({ assumptions, model }: FitReport, columns: number): readonly string[] {
  const sentences = [`shape from ${model.source}`, ...assumptions]
  return ['', ...sentences.flatMap((sentence) => wrap(`assumed  ${sentence}`, columns))].map((line, index) =>
    index === 1 ? line.replace('assumed', 'read   ') : line,
  )
}

/** Breaks between words; what follows the first line is indented. */
function wrap(text: string, columns: number): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = `         ${word}`
    } else line = line === '' && lines.length === 0 ? word : `${line} ${word}`
  }
  return [...lines, line]
}
