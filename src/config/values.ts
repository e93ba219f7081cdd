// The texts that people write for settings, and what they mean. Each reader gives the value, or undefined for what is none.

/** `500ms`, `2s`, `1.5m`, `1h`, `7d`; a bare number is seconds. */
export function readDurationMs(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim())
  if (match === null) return undefined
  const factor = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? 's']
  return factor === undefined ? undefined : Math.round(Number(match[1]) * factor)
}

/** `8`, `0.25`, `8x`, `max`. */
export function readSpeed(text: string): number | undefined {
  if (text === 'max') return Infinity
  const match = /^(\d+(?:\.\d+)?)[x×]?$/.exec(text.trim())
  const speed = match === null ? undefined : Number(match[1])
  return speed === undefined || speed === 0 ? undefined : speed
}

/** `100M`, `1.5GiB`, `64kB`: always in steps of 1024; a bare number is bytes. */
export function readSizeBytes(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([kmgt]?)(?:i?b)?$/i.exec(text.trim())
  if (match === null) return undefined
  const power = ['', 'k', 'm', 'g', 't'].indexOf((match[2] ?? '').toLowerCase())
  return Math.round(Number(match[1]) * 1024 ** power)
}

/** A program and its arguments, quoted as a shell would have it; nothing is expanded. undefined for no words and open quotes. */
export function readCommand(text: string): readonly [string, ...string[]] | undefined {
  const words: string[] = []
  for (const [, double, single, bare, open] of text.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)|(\S)/g)) {
    if (open !== undefined) return undefined
    words.push(double ?? single ?? bare ?? '')
  }
  const [program, ...args] = words
  return program === undefined || program === '' ? undefined : [program, ...args]
}
