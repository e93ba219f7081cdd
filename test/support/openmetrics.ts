/**
 * What is wrong with a page by the rules of OpenMetrics 1.0, sentence by sentence; empty where nothing is.
 * https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md (the types that llmtop writes).
 */
export function openMetricsFaults(page: string): readonly string[] {
  const lines = page.replace(/# EOF\n$/, '').split('\n')
  const end = lines.pop()
  const reading: Reading = { families: new Map(), series: new Set(), current: undefined }
  return [
    ...(page.endsWith('# EOF\n') ? [] : ['the page does not end in # EOF']),
    ...(end === '' ? [] : ['there is no line feed before # EOF']),
    ...lines.flatMap((line) => {
      const described = METADATA.exec(line)
      if (described !== null) return readMetadata(line, described, reading)
      const sample = SAMPLE.exec(line)
      return sample === null || reading.current === undefined
        ? [`'${line}' is neither sample nor description of a family`]
        : readSample(sample, reading.current, reading).map((fault) => `${line}: ${fault}`)
    }),
  ]
}

interface Reading {
  readonly families: Map<string, Family>
  /** Samples so far, by name and sorted labels. */
  readonly series: Set<string>
  current: Family | undefined
}

interface Family {
  readonly name: string
  readonly metadata: Map<string, string>
  hasSamples: boolean
}

const METADATA = /^# (TYPE|UNIT|HELP) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/
const LABEL = /[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,|$)/g
const SAMPLE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"(?:,(?!\})|(?=\})))*)\})? (-?(?:\d+(?:\.\d+)?)(?:e[+-]?\d+)?|NaN|[+-]Inf)$/

const SUFFIX: Readonly<Record<string, string>> = { gauge: '', counter: '_total', info: '_info' }

function readMetadata(line: string, described: RegExpExecArray, reading: Reading): readonly string[] {
  const [, keyword = '', name = '', text = ''] = described
  const isElsewhere = reading.current?.name !== name && reading.families.has(name)
  const family: Family =
    reading.current?.name === name
      ? reading.current
      : { name, metadata: new Map<string, string>(), hasSamples: false }
  reading.current = family
  reading.families.set(name, family)
  const isSecond = family.metadata.has(keyword)
  family.metadata.set(keyword, text)
  return [
    ...(isElsewhere ? [`${name} is described in two places`] : []),
    ...(family.hasSamples ? [`${line}: after samples of its family`] : []),
    ...(isSecond ? [`${line}: a second ${keyword}`] : []),
    ...metadataFaults(name, keyword, text, family),
  ]
}

function metadataFaults(
  name: string,
  keyword: string,
  text: string,
  { metadata }: Family,
): readonly string[] {
  if (keyword === 'TYPE') return text in SUFFIX ? [] : [`${name} has the type ${text}`]
  if (keyword === 'HELP')
    return /^(?:[^"\\\n]|\\["\\n])*$/.test(text) ? [] : [`the help of ${name} is not escaped`]
  return [
    ...(name.endsWith(`_${text}`) ? [] : [`the unit ${text} is not in the name ${name}`]),
    ...(metadata.get('TYPE') === 'info' ? [`${name} is an info, and has a unit`] : []),
  ]
}

function readSample(sample: RegExpExecArray, family: Family, { series }: Reading): readonly string[] {
  const [, name = '', text = '', value = ''] = sample
  const type = family.metadata.get('TYPE') ?? 'unknown'
  const labels = [...text.matchAll(LABEL)].map(([pair]) => pair.replace(/,$/, '')).sort()
  const names = labels.map((pair) => pair.slice(0, pair.indexOf('=')))
  const key = `${name}{${labels.join()}}`
  const isSecond = series.has(key)
  const isNegative = value.startsWith('-') || value === 'NaN'
  series.add(key)
  family.hasSamples = true
  return [
    ...(name === `${family.name}${SUFFIX[type] ?? ''}` ? [] : [`is no sample of the ${type} ${family.name}`]),
    ...(new Set(names).size === names.length ? [] : ['has a label twice']),
    ...(isSecond ? ['a second sample of the same series'] : []),
    ...(type === 'counter' && isNegative ? ['is a counter below zero'] : []),
    ...(type === 'info' && value !== '1' ? ['is an info that is not 1'] : []),
  ]
}
