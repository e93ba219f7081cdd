import type { ExpositionFormat } from './exposition.ts'

/**
 * The format that a scraper prefers by its `Accept` header (RFC 9110 §12.5.1): OpenMetrics only where it is named, in a
 * version that is written here, and weighs no less than plain text. Whoever names neither gets plain text.
 */
export function formatFor(accept: string | undefined): ExpositionFormat {
  const ranges = (accept ?? '').split(',').map(readRange)
  const open = weightOf(ranges, 'application/openmetrics-text', '1.0.0')
  if (open === undefined || open === 0) return 'text'
  return open >= (weightOf(ranges, 'text/plain', '0.0.4') ?? 0) ? 'openmetrics' : 'text'
}

interface MediaRange {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
}

function readRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim())
  return {
    type: type.toLowerCase(),
    parameters: new Map(
      parameters.map((parameter) => {
        const [name = '', value = ''] = parameter.split('=', 2)
        return [name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1')] as const
      }),
    ),
  }
}

/** undefined where the type is not named in this version; a version that is left out is any. */
function weightOf(ranges: readonly MediaRange[], type: string, version: string): number | undefined {
  const weights = ranges
    .filter((range) => range.type === type && (range.parameters.get('version') ?? version) === version)
    .map(({ parameters }) => weight(parameters.get('q')))
  return weights.length === 0 ? undefined : Math.max(...weights)
}

function weight(text: string | undefined): number {
  const number = text === undefined || text === '' ? 1 : Number(text)
  return number >= 0 && number <= 1 ? number : 0
}
