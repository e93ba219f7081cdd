import type { EngineSettings } from '../../estimate/settings.ts'
import type { Finding } from './engine-flags.ts'

/** One flag of an engine. */
export interface FlagRule {
  /** Every spelling, the one to write first; long ones with dashes. */
  readonly names: readonly string[]
  /** The environment variable of the same meaning. */
  readonly variable?: string
  /** The settings that are changed by it. */
  readonly sets?: readonly (keyof EngineSettings)[]
  /**
   * `optional`: the next argument is its value only if `read` understands it (llama.cpp's `-fa`); `list`: all arguments up to
   * the next flag, given to `read` with blanks between them.
   */
  readonly takes: 'value' | 'optional' | 'list' | 'nothing'
  /** What a value says; an empty finding where it changes nothing, undefined where it can't be read. */
  readonly read: (value: string) => Finding | undefined
}

/** A value such as `auto`: the setting stays unstated. */
export const OWN_CHOICE: unique symbol = Symbol('the engine chooses')

/** undefined: not to be read. */
export type Parsed<T> = T | typeof OWN_CHOICE | undefined

type KeysOf<T> = {
  [K in keyof EngineSettings]-?: EngineSettings[K] extends T | undefined ? K : never
}[keyof EngineSettings]

/** A flag that takes a value and sets one setting to what `parse` makes of it. */
export function setting<K extends keyof EngineSettings>(
  key: K,
  names: readonly string[],
  parse: (value: string) => Parsed<EngineSettings[K]>,
  variable?: string,
): FlagRule {
  return {
    names,
    takes: 'value',
    sets: [key],
    read: (value) => {
      const parsed = parse(value)
      if (parsed === undefined) return undefined
      return parsed === OWN_CHOICE ? {} : { settings: { [key]: parsed } }
    },
    ...(variable === undefined ? {} : { variable }),
  }
}

/** A switch: given, it sets the setting to `value`. */
export function toggle(
  key: KeysOf<boolean>,
  names: readonly string[],
  value = true,
  variable?: string,
): FlagRule {
  const read = (text: string): Finding | undefined => {
    const isOn = text === '' ? true : parseSwitch(text)
    if (isOn === undefined) return undefined
    if (isOn === OWN_CHOICE) return {}
    return { settings: { [key]: isOn ? value : !value } }
  }
  return { names, takes: 'nothing', read, ...(variable === undefined ? {} : { variable }) }
}

/**
 * A flag that names a file with settings, which llmtop does not read.
 * @param effect what it does to the command line, where it does more than add to it
 */
export function settingsFile(names: readonly string[], effect = ''): FlagRule {
  const read = (file: string): Finding => {
    if (file === '') return {}
    const name = file.slice(0, LONGEST_FILE)
    return { settingsFile: name, problem: `the settings in '${name}' are not read${effect}` }
  }
  return { names, takes: 'value', read }
}

const LONGEST_FILE = 60

/** How a flag whose effect is not computed is written. */
interface Uncomputed {
  readonly takes?: FlagRule['takes']
  readonly variable?: string
  /** Further values by which nothing changes, beside those that mean none. */
  readonly unless?: readonly string[]
}

/** A flag that is understood, but whose effect on memory is not computed: `problem` says so. */
export function notComputed(
  names: readonly string[],
  problem: string,
  { takes = 'value', variable, unless = [] }: Uncomputed = {},
): FlagRule {
  const read = (value: string): Finding => (NONE.has(value) || unless.includes(value) ? {} : { problem })
  return { names, takes, read, ...(variable === undefined ? {} : { variable }) }
}

const NONE: ReadonlySet<string> = new Set(['0', 'none', 'off', 'auto', 'false', 'null'])

/** `4096`; not below 0. */
export function parseCount(text: string): number | undefined {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined
}

/** A count where a negative number or a word means the engine's own choice. */
export function parseCountOrAuto(text: string): Parsed<number> {
  if (/^(-\d+|auto|none)$/i.test(text.trim())) return OWN_CHOICE
  return parseCount(text)
}

/** vLLM's numbers: `16k` is 16,000 and `16K` is 16,384; `1.5M` is half as much again as `1M`. */
export function parseHumanCount(text: string): Parsed<number> {
  const match = /^(\d+(?:\.\d+)?)([kmgtKMGT]?)$/.exec(text.trim())
  if (match === null) return parseCountOrAuto(text)
  const [, digits = '', unit = ''] = match
  const base = unit === unit.toLowerCase() ? 1000 : 1024
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase())
  return Math.floor(Number(digits) * base ** power)
}

/** `0.9`: from 0 to 1. */
export function parseFraction(text: string): number | undefined {
  const value = /^\d*\.?\d+$|^\d+\.$/.test(text.trim()) ? Number(text) : NaN
  return value > 0 && value <= 1 ? value : undefined
}

/** `2` or `1.5`: above 0. */
export function parseRatio(text: string): number | undefined {
  const value = /^\d*\.?\d+$/.test(text.trim()) ? Number(text) : 0
  return value > 0 ? value : undefined
}

/** `3,1`, `3/1` or `3 1`. */
export function parseShareList(text: string): readonly number[] | undefined {
  const parts = text.replace(/^\[|\]$/g, '').split(/[\s,/]+/)
  const shares = parts.map((part) => (/^\d+(\.\d+)?$/.test(part) ? Number(part) : NaN))
  return shares.some(Number.isNaN) ? undefined : shares
}

/** A number of GB, as bytes. */
export function parseGigabytes(text: string): number | undefined {
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : NaN
  return Number.isNaN(value) ? undefined : Math.round(value * 1e9)
}

/** A number of GiB, as bytes. */
export function parseGib(text: string): number | undefined {
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : NaN
  return Number.isNaN(value) ? undefined : Math.round(value * 1024 ** 3)
}

/** `on`, `off`, `1`, `false`, …; `auto` is the engine's own choice. */
export function parseSwitch(text: string): Parsed<boolean> {
  const word = text.trim().toLowerCase()
  if (['on', '1', 'true', 'yes', 'enabled'].includes(word)) return true
  if (['off', '0', 'false', 'no', 'disabled'].includes(word)) return false
  return word === 'auto' || word === '-1' ? OWN_CHOICE : undefined
}

/** A word such as a type name; empty ones say nothing. */
export function parseWord(text: string): Parsed<string> {
  const word = text.trim()
  if (word === 'auto') return OWN_CHOICE
  return /^[\w.-]+$/.test(word) ? word : undefined
}
