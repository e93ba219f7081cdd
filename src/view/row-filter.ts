import { missing, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { ProcessRow } from './process-row.ts'
import { kvPercent } from './workload-numbers.ts'

export type RowFilter =
  | { readonly kind: 'filter'; readonly passes: (row: ProcessRow) => boolean }
  | { readonly kind: 'error'; readonly message: string }

type Test = (row: ProcessRow) => boolean

/**
 * Reads a filter: words that must all be found in a row, `field:text` (one of several with `|`), comparisons such as
 * `vram>10G` or `kv>=80%`, and `!` before any of them for its opposite.
 */
export function readFilter(text: string): RowFilter {
  const tests: Test[] = []
  for (const term of text.split(/\s+/).filter((word) => word !== '')) {
    const read = readTerm(term)
    if (typeof read === 'string') return { kind: 'error', message: read }
    tests.push(read)
  }
  return { kind: 'filter', passes: (row) => tests.every((test) => test(row)) }
}

const TEXTS: Readonly<Record<string, (row: ProcessRow) => string>> = {
  pid: (row) => (row.pid.kind === 'known' ? row.pid.value.toString() : ''),
  user: (row) => valueOr(row.user, ''),
  engine: (row) => row.engine ?? '',
  model: (row) => row.name,
  command: (row) => row.command(),
  type: (row) => row.type,
  state: (row) => row.workload?.state ?? '',
  container: (row) => `${row.workload?.container?.name ?? ''} ${row.workload?.container?.id ?? ''}`,
  risk: (row) => (row.risk === undefined ? '' : `${row.risk.class} ${row.risk.level}`),
}

interface NumberField {
  readonly units: Readonly<Record<string, number>>
  readonly of: (row: ProcessRow) => Reading<number>
}

const BYTES = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 }
const SECONDS = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 }
const PERCENT = { '': 1, '%': 1 }

const NUMBERS: Readonly<Record<string, NumberField>> = {
  pid: { units: { '': 1 }, of: (row) => row.pid },
  vram: { units: BYTES, of: (row) => row.usedBytes },
  kv: { units: PERCENT, of: (row) => kvPercent(row.workload) },
  cpu: { units: PERCENT, of: (row) => row.cpuPercent },
  res: { units: BYTES, of: (row) => row.residentBytes },
  idle: { units: SECONDS, of: (row) => row.workload?.idleSeconds ?? NONE },
  tok: { units: { '': 1 }, of: (row) => row.workload?.throughput.generatedTokensPerSecond ?? NONE },
}

const NONE = missing('not-reported')

const TERM = /^(!?)([a-z]+)(:|<=|>=|<|>|=)(.*)$/i

function readTerm(term: string): Test | string {
  const [, not = '', name = '', operator = '', value = ''] = TERM.exec(term.toLowerCase()) ?? []
  if (operator === '') return readWord(term.toLowerCase())
  const test = operator === ':' ? readField(name, value) : readComparison(name, operator, value)
  return typeof test === 'string' || not === '' ? test : (row) => !test(row)
}

function readWord(term: string): Test {
  const not = term.startsWith('!')
  const word = not ? term.slice(1) : term
  return (row) => SEARCHED.some((field) => TEXTS[field]?.(row).toLowerCase().includes(word) === true) !== not
}

const SEARCHED = ['pid', 'user', 'engine', 'model', 'command', 'container']

function readField(name: string, value: string): Test | string {
  const wanted = value.split('|').filter((one) => one !== '')
  if (name === 'gpu') return (row) => wanted.length === 0 || wanted.some((one) => isOnGpu(row, one))
  const text = TEXTS[name]
  if (text === undefined) return `'${name}' is no column: ${[...Object.keys(TEXTS), 'gpu'].join(' ')}`
  return (row) => wanted.length === 0 || wanted.some((one) => text(row).toLowerCase().includes(one))
}

function readComparison(name: string, operator: string, value: string): Test | string {
  const field = NUMBERS[name]
  if (field === undefined) return `'${name}' is no number: ${Object.keys(NUMBERS).join(' ')}`
  const bound = readNumber(value, field.units)
  if (bound === undefined) return `'${name}${operator}' needs a number${examples(field)}`
  return (row) => {
    const reading = field.of(row)
    return reading.kind === 'known' && compare(reading.value, operator, bound)
  }
}

function examples({ units }: NumberField): string {
  const names = Object.keys(units).filter((unit) => unit !== '')
  return names.length === 0 ? '' : ` such as ${names.map((unit) => `10${unit}`).join(', ')}`
}

function compare(value: number, operator: string, bound: number): boolean {
  switch (operator) {
    case '<':
      return value < bound
    case '<=':
      return value <= bound
    case '>':
      return value > bound
    case '>=':
      return value >= bound
    default:
      return value === bound
  }
}

// `10G`, `10GB` and `10GiB` are the same: nobody filters to the byte
function readNumber(text: string, units: NumberField['units']): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)([a-z%]*)$/.exec(text) ?? []
  const factor = units[unit.replace(/i?b$/, '')]
  return digits === '' || factor === undefined ? undefined : Number(digits) * factor
}

// `0-7` and `0,1` stand for all of them; behind a colon is the GPU instance
function isOnGpu({ gpus }: ProcessRow, wanted: string): boolean {
  return gpus.split(',').some((part) => {
    const [, first = '', last = ''] = /^(\d+)-(\d+)$/.exec(part) ?? []
    const inRun = first !== '' && Number(wanted) >= Number(first) && Number(wanted) <= Number(last)
    return inRun || part === wanted || part.startsWith(`${wanted}:`)
  })
}
