/** A time as a log writes it. Without a zone its digits are taken as UTC, so that they are the digits of the frames. */
export interface CsvStamp {
  readonly epochMs: number
  readonly zoned: boolean
}

/**
 * The forms that people's logs have: nvidia-smi's own (`2023/06/22 18:56:56.252`), ISO 8601 with and without zone, seconds
 * or milliseconds since 1970, and `date` in the C locale (`Fri Jun  2 10:00:00 UTC 2023`).
 */
export function readCsvStamp(text: string): CsvStamp | undefined {
  const trimmed = text.trim()
  return readNumeric(trimmed) ?? readDigits(trimmed) ?? readDate(trimmed)
}

function readDigits(text: string): CsvStamp | undefined {
  const match =
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})[T ]+(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d{1,9}))?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$/.exec(
      text,
    )
  if (match === null) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number)
  const epochMs =
    Date.UTC(year, month - 1, day, hour, minute, second) + Math.round(Number(`0.${match[7] ?? 0}`) * 1000)
  const zone = match[8]
  return zone === undefined
    ? { epochMs, zoned: false }
    : { epochMs: epochMs - zoneMinutes(zone) * 60_000, zoned: true }
}

// the first and the last second that are plainly meant as times: 2001 and 2100
const EARLIEST_SECONDS = 1e9
const LATEST_SECONDS = 4.1e9

function readNumeric(text: string): CsvStamp | undefined {
  if (!/^\d{10,13}(?:\.\d{1,9})?$/.test(text)) return undefined
  const value = Number(text)
  if (value >= EARLIEST_SECONDS && value < LATEST_SECONDS)
    return { epochMs: Math.round(value * 1000), zoned: true }
  const isMilliseconds = value >= EARLIEST_SECONDS * 1000 && value < LATEST_SECONDS * 1000
  return isMilliseconds ? { epochMs: Math.round(value), zoned: true } : undefined
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** `Fri Jun  2 10:00:00 UTC 2023`, `Fri Jun  2 10:00:00 AM CEST 2023`; a zone but UTC has no one meaning, and is left out. */
function readDate(text: string): CsvStamp | undefined {
  const match =
    /^(?:[A-Z][a-z]{2},? +)?([A-Z][a-z]{2}) +(\d{1,2}) +(\d{1,2}):(\d{2}):(\d{2})(?: +(AM|PM))?(?: +([A-Z]{2,5}|[+-]\d{2,4}))? +(\d{4})$/.exec(
      text,
    )
  if (match === null) return undefined
  const [, name = '', day, hour, minute, second, half, zone, year] = match
  const month = MONTHS.indexOf(name)
  if (month === -1) return undefined
  const epochMs = Date.UTC(
    Number(year),
    month,
    Number(day),
    hourOf(Number(hour), half),
    Number(minute),
    Number(second),
  )
  return { epochMs, zoned: zone === 'UTC' || zone === 'GMT' }
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour
  return (hour % 12) + (half === 'PM' ? 12 : 0)
}

function zoneMinutes(zone: string): number {
  if (zone === 'Z' || zone === 'UTC') return 0
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(zone) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
