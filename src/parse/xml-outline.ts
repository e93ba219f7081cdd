import { asArray, asObject } from '../core/decode.ts'

/** XML taken apart into how it is built and what it says. */
export interface XmlOutline {
  /** The XML without indentation, with a number in the place of each value. */
  readonly outline: string
  /** By their numbers, trimmed, encoded as they stood. */
  readonly values: readonly string[]
}

// between tags, where it is trimmed anyway
const INDENTATION = />\s+</g
const VALUE = />([^<]+)/g
// entities, and carriage returns, which XML turns into line feeds
const ENCODED = /[&\r]/

/** Takes XML apart whose tags are bare names. */
export function outlineOf(xml: string): XmlOutline {
  const values: string[] = []
  const outline = xml
    .replace(INDENTATION, '><')
    .replace(VALUE, (_, value: string) => `>${values.push(value.trim()) - 1}`)
  return { outline, values }
}

/** Whether only an XML parser knows what the value stands for. */
export function isEncoded(value: string): boolean {
  return ENCODED.test(value)
}

/** What the XML parser has made of an outline, with the values in the place of their numbers. */
export function filled(node: unknown, values: readonly string[]): unknown {
  if (typeof node === 'string') return node === '' ? node : values[Number(node)]
  const list = asArray(node)
  if (list !== undefined) return list.map((entry) => filled(entry, values))
  const element = { ...asObject(node) }
  for (const name in element) element[name] = filled(element[name], values)
  return element
}
