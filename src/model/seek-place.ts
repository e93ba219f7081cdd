import type { SeekPlace } from './session.ts'

/** `10m` since the beginning, `+5m` and `-30s` from the present place, `45%`, `02:10`, `2026-11-21T02:10:30`, `start`, `end`. */
export type Destination =
  { readonly kind: 'place'; readonly place: SeekPlace } | { readonly kind: 'by'; readonly ms: number }

/**
 * Reads where someone wants to go in a log; undefined for what names no place.
 * @param timeZoneOffsetMinutes of the clock by which times are meant, unless they say their own zone
 */
export function readDestination(text: string, timeZoneOffsetMinutes: number): Destination | undefined {
  const words = text.trim().toLowerCase()
  const sign = /^[+\-−]/.exec(words)?.[0]
  const ms = spanMs(sign === undefined ? words : words.slice(1))
  if (sign !== undefined) return ms === undefined ? undefined : { kind: 'by', ms: sign === '+' ? ms : -ms }
  const place = ms === undefined ? placeOf(words, timeZoneOffsetMinutes) : ({ kind: 'offset', ms } as const)
  return place && { kind: 'place', place }
}

const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const
const SPAN =
  /^(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/

/** `1h30m`, `90s`, `500ms`. */
function spanMs(text: string): number | undefined {
  const match = SPAN.exec(text)
  if (match === null || text === '') return undefined
  const numbers: readonly (string | undefined)[] = match.slice(1)
  const units = Object.values(UNIT_MS)
  return numbers.reduce((sum, number, at) => sum + Number(number ?? 0) * (units[at] ?? 0), 0)
}

function placeOf(text: string, timeZoneOffsetMinutes: number): SeekPlace | undefined {
  if (text === 'start' || text === 'end') return { kind: text }
  const percent = /^(\d+(?:\.\d+)?) ?%$/.exec(text)?.[1]
  if (percent !== undefined)
    return Number(percent) <= 100 ? { kind: 'ratio', ratio: Number(percent) / 100 } : undefined
  const secondsOfDay = timeOfDay(text)
  if (secondsOfDay !== undefined) return { kind: 'time-of-day', secondsOfDay, timeZoneOffsetMinutes }
  const epochMs = dateAndTime(text, timeZoneOffsetMinutes)
  return epochMs === undefined ? undefined : { kind: 'epoch', epochMs }
}

function timeOfDay(text: string): number | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(text)
  if (match === null) return undefined
  const parts: readonly (string | undefined)[] = match.slice(1)
  const [hours = 0, minutes = 0, seconds = 0] = parts.map((digits) => Number(digits ?? 0))
  return hours < 24 && minutes < 60 && seconds < 60 ? hours * 3600 + minutes * 60 + seconds : undefined
}

const DATE_AND_TIME = /^(\d{4}-\d{2}-\d{2})[t ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(z|[+-]\d{2}:\d{2})?$/

function dateAndTime(text: string, timeZoneOffsetMinutes: number): number | undefined {
  const match: readonly (string | undefined)[] | null = DATE_AND_TIME.exec(text)
  const [, date = '', time = '', zone] = match ?? []
  const epochMs = Date.parse(`${date}T${time}${zone?.toUpperCase() ?? 'Z'}`)
  if (Number.isNaN(epochMs)) return undefined
  return zone === undefined ? epochMs - timeZoneOffsetMinutes * 60_000 : epochMs
}
