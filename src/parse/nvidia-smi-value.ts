import { known, missing } from '../core/reading.ts'
import { printable } from '../core/text.ts'
import { mebibytes } from '../core/units.ts'
import type { Missing, MissingReason, Reading } from '../core/reading.ts'
import type { XmlNode } from './nvidia-smi-xml.ts'

/**
 * Every spelling of "no value", without its brackets. Most are NVML error strings, which can stand in any value's place
 * (strings of the library 550). Where the driver says that it failed, the value is not reported, and its words are kept.
 */
const NO_VALUE: ReadonlyMap<string, MissingReason> = new Map([
  ['N/A', 'not-supported'],
  ['Not Supported', 'not-supported'],
  ['Requested functionality has been deprecated', 'not-supported'],
  ['Not available in WDDM driver model', 'not-supported'],
  ['Function Not Found', 'not-supported'],
  ['Insufficient Permissions', 'no-permission'],
  ['GPU access blocked by the operating system', 'no-permission'],
  ['', 'not-reported'],
  ['Not Found', 'not-reported'],
  ['No data', 'not-reported'],
  ['Unknown', 'not-reported'],
  ['Unknown Error', 'not-reported'],
  ['ERR!', 'not-reported'],
  ['Error', 'not-reported'],
  ['GPU is lost', 'not-reported'],
  ['GPU requires reset', 'not-reported'],
  ['Timeout', 'not-reported'],
  ['Uninitialized', 'not-reported'],
  ['Invalid Argument', 'not-reported'],
  ['In use by another client', 'not-reported'],
  ['Insufficient Memory', 'not-reported'],
  ['Insufficient Resources', 'not-reported'],
  ['Corrupted infoROM', 'not-reported'],
])

// these say nothing that the reason does not say
const SILENT: ReadonlySet<string> = new Set(['N/A', 'Not Supported', ''])

const LONGEST_DETAIL = 80

/** A kind of number: the unit that nvidia-smi prints, what one of it is here, and the most that can be true. */
export interface Quantity {
  readonly unit: string
  readonly toOurs: (count: number) => number
  readonly min: number
  readonly max: number
}

const asIs = (count: number): number => count

// 2^53: an unsigned underflow of the driver (17592186044134 MiB) is above it, every card far below
export const MEMORY: Quantity = { unit: 'MiB', toOurs: mebibytes, min: 0, max: Number.MAX_SAFE_INTEGER }
export const PERCENT: Quantity = { unit: '%', toOurs: asIs, min: 0, max: 100 }
// a fan's speed is in percent of its nominal speed and may exceed it (manual of nvidia-smi)
export const FAN_PERCENT: Quantity = { unit: '%', toOurs: asIs, min: 0, max: 1000 }
export const CELSIUS: Quantity = { unit: 'C', toOurs: asIs, min: -100, max: 1000 }
export const WATTS: Quantity = { unit: 'W', toOurs: asIs, min: 0, max: 100_000 }
export const MEGAHERTZ: Quantity = { unit: 'MHz', toOurs: asIs, min: 0, max: 100_000 }
// thousands of bytes: most values in the corpus are whole thousands of KB/s, none a multiple of 1024
export const KILOBYTES_PER_SECOND: Quantity = {
  unit: 'KB/s',
  toOurs: (count) => count * 1000,
  min: 0,
  max: 1e13,
}
/** Ids and indices. */
export const COUNT: Quantity = { unit: '', toOurs: asIs, min: 0, max: 0xffff_ffff }

/** The child of `node` at `path`; undefined where it is not. */
export function at(node: XmlNode, ...path: readonly string[]): XmlNode {
  let here = node
  for (const name of path) {
    if (!isElement(here) || !Object.hasOwn(here, name)) return undefined
    here = here[name]
  }
  return here
}

/** The names of the children of `node`. */
export function childNames(node: XmlNode): readonly string[] {
  return isElement(node) ? Object.keys(node) : []
}

/** The children of `node` that are a list (`process_info`, `mig_device`). */
export function listAt(node: XmlNode, name: string): readonly XmlNode[] {
  const list = at(node, name)
  return Array.isArray(list) ? list : []
}

/** The text of `node`, printable; every spelling of "no value" is missing with its reason. */
export function readText(node: XmlNode): Reading<string> {
  if (node === undefined) return missing('not-reported')
  if (typeof node !== 'string') return missing('malformed')
  const text = printable(node.trim())
  return noValue(text) ?? known(text)
}

/** The number in `node`, in our units. What is neither a number in its unit nor a known "no value" is malformed. */
export function readNumber(node: XmlNode, quantity: Quantity): Reading<number> {
  const text = readText(node)
  if (text.kind === 'missing') return text
  const [, digits, unit = ''] = /^(-?\d{1,20}(?:\.\d{1,6})?)(?: (\S+))?$/.exec(text.value) ?? []
  const value = quantity.toOurs(Number(digits))
  const valid = unit === quantity.unit && value >= quantity.min && value <= quantity.max
  return valid ? known(value) : missing('malformed', shorten(text.value))
}

/** `Enabled` and `Disabled`, `Yes` and `No`. */
export function readFlag(node: XmlNode): Reading<boolean> {
  const text = readText(node)
  if (text.kind === 'missing') return text
  if (text.value === 'Enabled' || text.value === 'Yes') return known(true)
  if (text.value === 'Disabled' || text.value === 'No') return known(false)
  return missing('malformed', shorten(text.value))
}

/** The first value that is there; failing that, the first word that the driver has for it. Newest name first. */
export function firstTold<T>(...readings: readonly Reading<T>[]): Reading<T> {
  return (
    readings.find((reading) => reading.kind === 'known') ??
    readings.find((reading) => reading.kind === 'missing' && reading.reason !== 'not-reported') ??
    readings.find((reading) => reading.kind === 'missing' && reading.detail !== undefined) ??
    missing('not-reported')
  )
}

function noValue(text: string): Missing | undefined {
  const bare = /^\[(.*)\]$/.exec(text)?.[1] ?? text
  const reason = NO_VALUE.get(bare)
  if (reason === undefined) return undefined
  return SILENT.has(bare) ? missing(reason) : missing(reason, bare)
}

function isElement(node: XmlNode): node is Readonly<Record<string, XmlNode>> {
  return typeof node === 'object' && node !== null && !Array.isArray(node)
}

function shorten(text: string): string {
  return text.length > LONGEST_DETAIL ? `${text.slice(0, LONGEST_DETAIL - 1)}…` : text
}
