import { formatCount, formatGib } from '../../core/format.ts'
import { map, valueOr } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import type { CeilingTerm } from '../../model/ceiling.ts'
import type { Slices, Workload } from '../../model/workload.ts'
import { glyph } from '../glyphs.ts'
import { workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { fit, wrap } from '../width.ts'
import { PARTS } from '../memory-parts.ts'
import { limitedBy, MISSING, shown } from '../wording.ts'
import { dynamicBytes, tokensShort } from '../workload-numbers.ts'
import { gpuColumns } from './sum-per-gpu.ts'
import { textPanel } from './text-panel.ts'

/** Where a workload's bytes are: each part as measured, as predicted, and the difference. */
export const sumPanel = textPanel(
  'sum',
  () => ({ left: [span('Where the bytes are', 'title')], right: [span('GiB', 'dim')] }),
  lines,
)

const NUMBER_COLUMNS = [9, 10, 7]
const LABEL_COLUMNS = 15

function lines(scene: Scene, columns: number): readonly Line[] {
  const workload = workloadInView(scene)
  if (workload === undefined) return [[span(' this workload has ended; Esc goes back', 'dim')]]
  const terms = valueOr(workload.ceiling, undefined)?.workings ?? []
  return [
    row(columns, '', '', ['measured', 'predicted', 'drift'], 'dim'),
    ...PARTS.flatMap(([key, name, pattern]) => part(workload, key, name, termsLike(terms, pattern), columns)),
    ...otherTerms(terms, columns),
    ...rest(workload, columns),
    [span(` ${glyph('horizontal').repeat(Math.max(0, columns - 2))}`, 'border')],
    ...total(workload, columns),
    ...headroom(workload, columns),
    ...gpuColumns(workload, scene.frame, columns),
  ]
}

function part(
  workload: Workload,
  key: keyof Slices,
  name: string,
  terms: readonly CeilingTerm[],
  columns: number,
): readonly Line[] {
  const slice = workload.memory.slices[key]
  if (terms.length === 0 && isNothing(slice)) return []
  const told = terms.flatMap((term) => term.measuredBytes ?? [])
  const measured: Reading<number> =
    told.length > 0 ? { kind: 'known', value: sumOf(told), basis: 'measured' } : slice
  const predicted = terms.length === 0 ? undefined : sumOf(terms.map(({ bytes }) => bytes))
  const note = key === 'weightsBytes' ? weightsNote(workload) : ''
  const numbers = [
    shown(measured, formatGib),
    predicted === undefined ? '' : formatGib(predicted),
    drift(measured, predicted),
  ]
  const line = row(columns, key === 'kvBytes' ? poolName(workload, name) : name, note, numbers)
  if (key === 'weightsBytes') return [line, ...spilled(workload, columns)]
  return key === 'kvBytes' ? [line, ...poolUse(workload, columns)] : [line]
}

function spilled({ memory }: Workload, columns: number): readonly Line[] {
  const ratio = valueOr(memory.onCpuRatio, 0)
  return ratio > 0 ? [row(columns, '  on the CPU', `${(100 * ratio).toFixed(0)} % of the model`, [])] : []
}

// Most models have no recurrent state; a line of zeros would ask what it is.
function isNothing(slice: Reading<number>): boolean {
  return slice.kind === 'missing' || formatGib(Math.abs(slice.value)) === '0.0'
}

// What was computed is no measurement, and agrees with itself.
function drift(measured: Reading<number>, predicted: number | undefined): string {
  if (measured.kind === 'missing' || measured.basis !== 'measured' || predicted === undefined) return ''
  return difference(measured.value, predicted)
}

function difference(bytes: number, predictedBytes: number): string {
  const gib = formatGib(Math.abs(bytes - predictedBytes))
  return `${bytes < predictedBytes && gib !== '0.0' ? glyph('minus') : '+'}${gib}`
}

function otherTerms(terms: readonly CeilingTerm[], columns: number): readonly Line[] {
  const others = terms.filter(({ term }) => !PARTS.some(([, , pattern]) => pattern.test(term)))
  return others.map(({ term, bytes, measuredBytes }) =>
    row(columns, term, '', [
      measuredBytes === undefined ? MISSING : formatGib(measuredBytes),
      formatGib(bytes),
      measuredBytes === undefined ? '' : difference(measuredBytes, bytes),
    ]),
  )
}

// What is left beside the known parts: of an engine whose KV cache is not seen it is that and activations, which move
// together; of all others nobody knows what it is.
function rest(workload: Workload, columns: number): readonly Line[] {
  const { usedBytes, slices } = workload.memory
  if (dynamicBytes(workload).kind === 'missing' || slices.activationsBytes.kind === 'known') {
    const { unexplainedBytes } = slices
    return unexplainedBytes.kind === 'missing'
      ? []
      : [row(columns, 'unexplained', '', [formatGib(unexplainedBytes.value)])]
  }
  const known = PARTS.reduce((bytes, [key]) => bytes + valueOr(slices[key], 0), 0)
  const left = map(usedBytes, (used) => used - known)
  return [row(columns, 'dynamic', 'KV, activations', [shown(left, formatGib)])]
}

function total({ memory, ceiling }: Workload, columns: number): readonly Line[] {
  if (memory.perGpu.length === 0 && memory.residentBytes.kind === 'known')
    return [row(columns, 'total in RAM', '', [formatGib(memory.residentBytes.value)], 'strong')]
  const measured = shown(memory.usedBytes, formatGib)
  if (ceiling.kind === 'missing') {
    const why = ceiling.detail ?? 'no ceiling is known'
    return [row(columns, 'total', '', [measured, MISSING], 'strong'), ...remark('', why, columns)]
  }
  const { bytes, lowBytes, highBytes } = ceiling.value
  // below its ceiling is where it should be; above it, the prediction was wrong
  const usedBytes = valueOr(memory.usedBytes, 0)
  const note = usedBytes > highBytes ? difference(usedBytes, bytes) : ''
  return [
    row(columns, 'total', '', [measured, formatGib(bytes), note], 'strong'),
    ...remark(
      'ceiling',
      `${formatGib(lowBytes)}–${formatGib(highBytes)}, ${limitedBy(ceiling.value)}`,
      columns,
    ),
  ]
}

function headroom({ headroom: left }: Workload, columns: number): readonly Line[] {
  if (left.bytes.kind === 'missing' && left.tokens.kind === 'missing') return []
  const tokens = left.tokens.kind === 'known' ? [`${formatCount(left.tokens.value)} tokens`] : []
  const requests =
    left.requests.kind === 'known' ? [`about ${formatCount(left.requests.value)} requests`] : []
  const bytes = left.bytes.kind === 'known' ? [`${formatGib(left.bytes.value)} GiB`] : []
  return remark('headroom', [...bytes, ...tokens, ...requests].join(', '), columns)
}

function weightsNote({ model }: Workload): string {
  const parameters = shown(model.parameters, (count) => `${(count / 1e9).toFixed(2)} B`)
  const quantization = valueOr(model.quantization, '')
  return [
    ...(parameters === MISSING ? [] : [parameters]),
    ...(quantization === '' ? [] : [quantization]),
  ].join(', ')
}

function poolName({ kv }: Workload, name: string): string {
  return valueOr(kv.growth, undefined) === 'preallocated' ? 'KV pool' : name
}

function poolUse({ kv }: Workload, columns: number): readonly Line[] {
  const { usedBytes, usedTokens, capacityTokens, reusableTokens, usedRatio } = kv
  if (usedBytes.kind === 'missing' && usedTokens.kind === 'missing' && usedRatio.kind === 'missing') return []
  const of = capacityTokens.kind === 'known' ? ` of ${tokensInWords(capacityTokens.value)}` : ''
  const percent = shown(usedRatio, (ratio) => `${(100 * ratio).toFixed(0)} %`)
  const text = usedTokens.kind === 'known' ? `${tokensInWords(usedTokens.value)}${of} tokens` : percent
  const reusable =
    reusableTokens.kind === 'known' && reusableTokens.value > 0
      ? [row(columns, '  reusable', `${formatCount(reusableTokens.value)} tokens`, [])]
      : []
  return [row(columns, '  in use', text, [shown(usedBytes, formatGib)]), ...reusable]
}

function tokensInWords(tokens: number): string {
  return tokens < 100_000 ? formatCount(tokens) : tokensShort(tokens)
}

// Each term belongs to the first part whose pattern it meets.
function termsLike(terms: readonly CeilingTerm[], pattern: RegExp): readonly CeilingTerm[] {
  return terms.filter(({ term }) => PARTS.find(([, , one]) => one.test(term))?.[2] === pattern)
}

function sumOf(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0)
}

/** `  weights        8.03 B, bf16     15.0     14.96    +0.0`: the note gives way to the numbers. */
function row(
  columns: number,
  name: string,
  note: string,
  numbers: readonly string[],
  tone: 'text' | 'dim' | 'strong' = 'text',
): Line {
  const cells = NUMBER_COLUMNS.map((width, i) =>
    span(fit(numbers[i] ?? '', width, 'right'), i === 0 && tone === 'text' ? 'strong' : tone),
  )
  const room = columns - NUMBER_COLUMNS.reduce((a, b) => a + b, 0) - LABEL_COLUMNS - 4
  const label = room < 0 ? LABEL_COLUMNS + room : LABEL_COLUMNS
  return [
    span(`  ${fit(name, Math.max(0, label))}`, tone),
    span(` ${fit(note, Math.max(0, room))}`, 'dim'),
    ...cells,
  ]
}

// A note without numbers has the whole line, and a second one.
function remark(name: string, note: string, columns: number): readonly Line[] {
  const words = wrap(note, Math.max(1, columns - LABEL_COLUMNS - 3), 2)
  return words.map((text, i) => [
    span(`  ${fit(i === 0 ? name : '', LABEL_COLUMNS)} `, 'dim'),
    span(text, 'dim'),
  ])
}
