import { printable } from '../core/text.ts'

/** The series of one metric, by its name as it stands in the text (`vllm:prompt_tokens_total`). */
export type Metrics = ReadonlyMap<string, readonly Series[]>

export interface Series {
  readonly labels: ReadonlyMap<string, string>
  /** NaN and the infinities are values of this format. */
  readonly value: number
}

/**
 * Reads the Prometheus text format, version 0.0.4 and OpenMetrics alike: comments and time stamps are passed over, and so
 * is every line that is neither (an HTML page has no series at all). A last line without its end may be a torn number, and
 * is dropped. `isWanted` spares the work on the others.
 */
export function parseMetrics(text: string, isWanted: (name: string) => boolean = () => true): Metrics {
  const metrics = new Map<string, Series[]>()
  for (
    let start = 0, end = text.indexOf('\n');
    end !== -1;
    start = end + 1, end = text.indexOf('\n', start)
  ) {
    const name = nameAt(text, start, end)
    if (name === '' || !isWanted(name)) continue
    const series = readSeries(text.slice(start + name.length, end))
    if (series === undefined) continue
    const known = metrics.get(name)
    if (known === undefined) metrics.set(name, [series])
    else known.push(series)
  }
  return metrics
}

const NAME = /[A-Za-z_:][\w:]*/y
// a value and perhaps a time stamp
const VALUE = /^\s+(?:([-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)|(NaN)|([-+]?Inf))(?:\s.*)?$/i
const LABEL = /\s*,?\s*([A-Za-z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"/y

function nameAt(text: string, start: number, end: number): string {
  NAME.lastIndex = start
  const name = NAME.exec(text)?.[0] ?? ''
  return start + name.length < end ? name : ''
}

function readSeries(rest: string): Series | undefined {
  if (!rest.startsWith('{')) return valued(new Map(), rest)
  const labels = new Map<string, string>()
  LABEL.lastIndex = 1
  let closing = 1
  for (let label = LABEL.exec(rest); label !== null; label = LABEL.exec(rest)) {
    const [, name = '', value = ''] = label
    labels.set(name, printable(unescaped(value)))
    closing = LABEL.lastIndex
  }
  const tail = /^\s*,?\s*\}/.exec(rest.slice(closing))
  return tail === null ? undefined : valued(labels, rest.slice(closing + tail[0].length))
}

function valued(labels: ReadonlyMap<string, string>, text: string): Series | undefined {
  const [, number, notANumber, infinity] = VALUE.exec(text.startsWith(' ') ? text : ` ${text}`) ?? []
  if (number !== undefined) return { labels, value: Number(number) }
  if (notANumber !== undefined) return { labels, value: NaN }
  if (infinity === undefined) return undefined
  return { labels, value: infinity.startsWith('-') ? -Infinity : Infinity }
}

function unescaped(value: string): string {
  return value.includes('\\')
    ? value.replace(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
    : value
}
