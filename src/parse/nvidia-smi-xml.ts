import { XMLParser } from 'fast-xml-parser'
import { asObject, asText } from '../core/decode.ts'
import { neededChildren } from './nvidia-smi-children.ts'
import { filled, isEncoded, outlineOf } from './xml-outline.ts'

/** An element as fast-xml-parser gives it: a text, or its children by name. Read it through `nvidia-smi-value.ts`. */
export type XmlNode = unknown

/** What the XML parser has made of outlines. */
export type XmlTemplates = ReadonlyMap<string, XmlNode>

/** More than the numbers of processes that the cards of one machine go through in a while; an outline has some 5 KB. */
const MAX_TEMPLATES = 64

/** A copy to read the next document with; it stays small however often processes come and go. */
export function templatesFrom(before: XmlTemplates): Map<string, XmlNode> {
  return new Map(before.size > MAX_TEMPLATES ? [] : before)
}

/**
 * Reads one element of nvidia-smi's, of which the model needs only some children; undefined for one whose tags don't pair
 * up, or that the XML parser refuses. GPUs of one document, and one GPU from document to document, say other things in the
 * same tags: the parser reads those tags once, and `templates` keeps what it has made of them.
 */
export function readElement(text: string, templates: Map<string, XmlNode>): XmlNode {
  const children = neededChildren(text)
  if (children === undefined) return undefined
  const { outline, values } = outlineOf(children)
  const template = templates.get(outline) ?? parse(outline)
  const decoded = values.map((value) => (isEncoded(value) ? decode(value) : value))
  if (template === undefined || !decoded.every((value) => value !== undefined)) return undefined
  templates.set(outline, template)
  return filled(template, decoded)
}

const LISTS: ReadonlySet<string> = new Set(['process_info', 'mig_device'])

const parser = new XMLParser({
  parseTagValue: false, // a pid 00012 and a program named 1e5 are texts
  jPath: false, // nobody asks for paths, and to write them is a seventh of the work
  htmlEntities: true, // decodes &#10; too, which stands for a line feed in a program's name
  isArray: (name) => LISTS.has(name),
})

function decode(value: string): string | undefined {
  return asText(asObject(parse(`<value>${value}</value>`))?.['value'])
}

function parse(content: string): XmlNode {
  try {
    const root: unknown = parser.parse(`<all>${content}</all>`)
    return asObject(root)?.['all']
  } catch {
    return undefined // nested too deep, a reserved name, too many entities: nothing that nvidia-smi writes
  }
}
