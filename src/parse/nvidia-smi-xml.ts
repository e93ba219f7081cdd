import { XMLParser } from 'fast-xml-parser'
import { asArray, asObject } from '../core/decode.ts'
import { neededChildren } from './nvidia-smi-children.ts'
import { filled, outlineOf } from './xml-outline.ts'
import type { XmlOutline } from './xml-outline.ts'

/** An element as fast-xml-parser gives it: a text, or its children by name. Read it through `nvidia-smi-value.ts`. */
export type XmlNode = unknown

/** An element of which the needed children are read. */
export interface XmlElement {
  readonly text: string
  readonly children: ReadonlyMap<string, XmlChild>
  /** The same as one node. */
  readonly node: XmlNode
}

export interface XmlChild {
  readonly text: string
  readonly node: XmlNode
  /** How it is built, and what the XML parser has made of that; undefined where it is read as it stands. */
  readonly template: XmlTemplate | undefined
}

interface XmlTemplate {
  readonly outline: string
  readonly node: XmlNode
}

/** Elements by their opening tags, to be given along with the next document. */
export type XmlElements = ReadonlyMap<string, XmlElement>

/**
 * Reads elements; undefined for one whose tags don't pair up. From one document to the next most children stay as they
 * are, and those that change say other things in the same tags: only what is built otherwise than in `before` goes through
 * the XML parser, all of it at once, because to start it costs as much as to read a GPU's temperatures, clocks and power.
 */
export function readElements(
  texts: readonly string[],
  before: XmlElements,
): readonly (XmlElement | undefined)[] {
  const cuts = texts.map((text) => cut(text, before.get(openingTag(text))))
  const nodes = parseAll(cuts.map(unknownPartsOf))
  return cuts.map((element, at) => joined(element, nodes[at]))
}

export function byOpeningTag(elements: readonly (XmlElement | undefined)[]): XmlElements {
  return new Map(
    elements.flatMap((element) =>
      element === undefined ? [] : [[openingTag(element.text), element] as const],
    ),
  )
}

interface Cut {
  readonly text: string
  readonly known: XmlElement | undefined
  /** None where the element is not read anew, or can't be. */
  readonly children: ReadonlyMap<string, CutChild> | undefined
}

interface CutChild {
  readonly text: string
  readonly known: XmlChild | undefined
  /** None where the child has not changed, or has to be read as it stands. */
  readonly apart: XmlOutline | undefined
}

function cut(text: string, known: XmlElement | undefined): Cut {
  const children = known?.text === text ? undefined : neededChildren(text)
  if (children === undefined) return { text, known, children }
  const cutChildren = [...children].map(([name, child]): [string, CutChild] => {
    const before = known?.children.get(name)
    return [
      name,
      { text: child, known: before, apart: before?.text === child ? undefined : outlineOf(child) },
    ]
  })
  return { text, known, children: new Map(cutChildren) }
}

function unknownPartsOf({ children }: Cut): string {
  return [...(children ?? [])].map(([, child]) => unknownPartOf(child)).join('')
}

function unknownPartOf({ text, known, apart }: CutChild): string {
  if (known?.text === text) return ''
  if (apart === undefined) return text
  return known?.template?.outline === apart.outline ? '' : apart.outline
}

function joined({ text, known, children }: Cut, node: XmlNode): XmlElement | undefined {
  if (known?.text === text) return known
  if (children === undefined || node === undefined) return undefined
  const read = new Map(
    [...children].map(([name, child]): [string, XmlChild] => [
      name,
      readChild(child, asObject(node)?.[name]),
    ]),
  )
  return { text, children: read, node: Object.fromEntries([...read].map(([name, { node }]) => [name, node])) }
}

function readChild({ text, known, apart }: CutChild, parsed: XmlNode): XmlChild {
  if (known?.text === text) return known
  if (apart === undefined) return { text, node: parsed, template: undefined }
  const { outline, values } = apart
  const template = known?.template?.outline === outline ? known.template : { outline, node: parsed }
  return { text, node: filled(template.node, values), template }
}

function openingTag(text: string): string {
  return text.slice(0, text.indexOf('>'))
}

const LISTS: ReadonlySet<string> = new Set(['process_info', 'mig_device', 'element'])

const parser = new XMLParser({
  parseTagValue: false, // a pid 00012 and a program named 1e5 are texts
  jPath: false, // nobody asks for paths, and to write them is a seventh of the work
  htmlEntities: true, // decodes &#10; too, which stands for a line feed in a program's name
  isArray: (name) => LISTS.has(name),
})

/** What stands in each of the elements; undefined for one that the parser refuses. */
function parseAll(contents: readonly string[]): readonly XmlNode[] {
  if (contents.every((content) => content === '')) return contents
  const nodes = parse(contents)
  if (nodes?.length === contents.length) return nodes
  // one of them is at fault
  return contents.map((content) => parse([content])?.[0])
}

function parse(contents: readonly string[]): readonly XmlNode[] | undefined {
  try {
    const elements = contents.map((content) => `<element>${content}</element>`)
    const root: unknown = parser.parse(`<all>${elements.join('')}</all>`)
    return asArray(asObject(asObject(root)?.['all'])?.['element'])
  } catch {
    return undefined // nested too deep, a reserved name, too many entities: nothing that nvidia-smi writes
  }
}
