import { XMLParser } from 'fast-xml-parser'
import { asArray, asObject } from '../core/decode.ts'
import { neededChildren } from './nvidia-smi-children.ts'

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
}

/** Elements by their opening tags, to be given along with the next document. */
export type XmlElements = ReadonlyMap<string, XmlElement>

/**
 * Reads elements; undefined for one whose tags don't pair up. From one document to the next most children stay as they
 * are: only those that `before` does not have go through the XML parser, all of them at once, because to start it costs as
 * much as to read a GPU's temperatures, clocks and power.
 */
export function readElements(
  texts: readonly string[],
  before: XmlElements,
): readonly (XmlElement | undefined)[] {
  const cuts = texts.map((text) => cut(text, before.get(openingTag(text))))
  const nodes = parseAll(cuts.map(({ changed }) => changed))
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
  readonly children: ReadonlyMap<string, string> | undefined
  /** The texts of the children that are not known. */
  readonly changed: string
}

function cut(text: string, known: XmlElement | undefined): Cut {
  const children = known?.text === text ? undefined : neededChildren(text)
  const changed = [...(children ?? [])].filter(([name, child]) => known?.children.get(name)?.text !== child)
  return { text, known, children, changed: changed.map(([, child]) => child).join('') }
}

function joined({ text, known, children }: Cut, node: XmlNode): XmlElement | undefined {
  if (known?.text === text) return known
  if (children === undefined || node === undefined) return undefined
  const read = new Map(
    [...children].map(([name, child]): [string, XmlChild] => {
      const before = known?.children.get(name)
      return [name, before?.text === child ? before : { text: child, node: asObject(node)?.[name] }]
    }),
  )
  return { text, children: read, node: Object.fromEntries([...read].map(([name, { node }]) => [name, node])) }
}

function openingTag(text: string): string {
  return text.slice(0, text.indexOf('>'))
}

const LISTS: ReadonlySet<string> = new Set(['process_info', 'mig_device', 'element'])

// Between tags, where it is trimmed anyway: the parser takes it letter by letter, a tenth of a whole step.
const INDENTATION = />\s+</g

const parser = new XMLParser({
  parseTagValue: false, // a pid 00012 and a program named 1e5 are texts
  jPath: false, // nobody asks for paths, and to write them is a seventh of the work
  htmlEntities: true, // decodes &#10; too, which stands for a line feed in a program's name
  isArray: (name) => LISTS.has(name),
})

/** What stands in each of the elements; undefined for one that the parser refuses. */
function parseAll(contents: readonly string[]): readonly XmlNode[] {
  const nodes = parse(contents)
  if (nodes?.length === contents.length) return nodes
  // one of them is at fault
  return contents.map((content) => parse([content])?.[0])
}

function parse(contents: readonly string[]): readonly XmlNode[] | undefined {
  try {
    const elements = contents.map((content) => `<element>${content.replace(INDENTATION, '><')}</element>`)
    const root: unknown = parser.parse(`<all>${elements.join('')}</all>`)
    return asArray(asObject(asObject(root)?.['all'])?.['element'])
  } catch {
    return undefined // nested too deep, a reserved name, too many entities: nothing that nvidia-smi writes
  }
}
