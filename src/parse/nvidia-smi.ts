import { missing, valueOr } from '../core/reading.ts'
import { printable } from '../core/text.ts'
import { readBlocks, splitBlocks } from './nvidia-smi-blocks.ts'
import { readErrorLine, readErrorLines } from './nvidia-smi-errors.ts'
import { at, COUNT, readNumber, readText } from './nvidia-smi-value.ts'
import { readElement, templatesFrom } from './nvidia-smi-xml.ts'
import type { Fault } from '../core/fault.ts'
import type { NvidiaSmi } from '../model/snapshot.ts'
import type { ParsedGpus } from './nvidia-smi-blocks.ts'
import type { XmlNode, XmlTemplates } from './nvidia-smi-xml.ts'

export type NvidiaSmiAnswer =
  | { readonly kind: 'document'; readonly document: NvidiaSmi }
  | { readonly kind: 'fault'; readonly fault: Fault }

export interface ParsedNvidiaSmi {
  readonly answer: NvidiaSmiAnswer
  /** To be given along with the next document. */
  readonly parts: ParsedParts
}

/** What was made of the parts of one document. */
export interface ParsedParts {
  readonly gpus: ParsedGpus
  readonly templates: XmlTemplates
}

export const NO_PARTS: ParsedParts = { gpus: new Map(), templates: new Map() }

/** Longer than any machine's: 16 GPUs with their clock tables are about 1.2 million characters. */
export const MAX_DOCUMENT_LENGTH = 16 * 1024 * 1024

// the largest machines have 16; MIG devices are not GPUs of their own
const MAX_GPUS = 256

const PART = 'nvidia-smi'
const ROOT = '<nvidia_smi_log'
const ROOT_END = '</nvidia_smi_log>'

/**
 * Reads what `nvidia-smi -q -x` printed: a document, or the reason why there is none. Of several documents the last
 * complete one counts. A GPU that can't be read is a fault of the document, and the others stand.
 *
 * @param reuse the parts of the previous document: what has not changed in the text is not parsed again
 */
export function parseNvidiaSmi(text: string, reuse: ParsedParts = NO_PARTS): ParsedNvidiaSmi {
  const found = findDocument(text)
  if (found.kind !== 'found') return refuse(found)
  const { whole, torn, head } = splitBlocks(found.body)
  if (whole.length + torn.length > MAX_GPUS) return refuse(malformed('its GPUs', `${whole.length} of them`))

  const templates = templatesFrom(reuse.templates)
  const read = (element: string): XmlNode => readElement(element, templates)
  const root = read(head)
  const { gpus, unreadable, faults, parsed } = readBlocks(whole, read, reuse.gpus)
  const lines = [...readErrorLines(found.before), ...readErrorLines(found.after)]
  const explained = gpus.length + unreadable + torn.length + lines.filter(isLostGpu).length
  const document: NvidiaSmi = {
    driverVersion: root === undefined ? missing('malformed') : readText(at(root, 'driver_version')),
    cudaVersion: root === undefined ? missing('malformed') : readText(at(root, 'cuda_version')),
    gpus,
    faults: [
      ...lines,
      ...[found.before, found.after].filter((part) => part.includes(ROOT)).map(describeTorn),
      ...describeHead(head, root, explained, gpus.length),
      ...torn.map((busId) => malformed(`GPU ${busId}`, 'no closing tag')),
      ...faults,
    ],
  }
  return { answer: { kind: 'document', document }, parts: { gpus: parsed, templates } }
}

function refuse(fault: Fault): ParsedNvidiaSmi {
  return { answer: { kind: 'fault', fault }, parts: NO_PARTS }
}

interface FoundDocument {
  readonly kind: 'found'
  /** What stands between the previous document and this one: prolog and error lines. */
  readonly before: string
  /** From the opening to the closing root tag. */
  readonly body: string
  readonly after: string
}

function findDocument(text: string): FoundDocument | Fault {
  if (text.length > MAX_DOCUMENT_LENGTH)
    return { kind: 'too-large', what: PART, maxBytes: MAX_DOCUMENT_LENGTH }
  const close = text.lastIndexOf(ROOT_END)
  if (close < 0) return describeNoDocument(text)
  const open = text.lastIndexOf(ROOT, close)
  if (open < 0) return malformed('its start', firstLine(text))
  const previous = text.lastIndexOf(ROOT_END, open)
  const before = text.slice(previous < 0 ? 0 : previous + ROOT_END.length, open)
  // nvidia-smi's DTD is outside and defines no entities: a subset inside is somebody's trick
  const doctype = before.lastIndexOf('<!DOCTYPE')
  if (doctype >= 0 && before.includes('[', doctype)) return malformed('its DOCTYPE', 'an internal subset')
  const end = close + ROOT_END.length
  return { kind: 'found', before, body: text.slice(open, end), after: text.slice(end) }
}

function describeNoDocument(text: string): Fault {
  if (/^\s*</.test(text) || text.includes('<?xml') || text.includes(ROOT)) return describeTorn(text)
  if (text.trim() === '') return { kind: 'driver-trouble', trouble: 'other', text: 'no output' }
  return readErrorLines(text)[0] ?? malformed('its start', firstLine(text))
}

function describeTorn(text: string): Fault {
  return { kind: 'truncated', part: PART, gpusSeen: text.split('</gpu>').length - 1 }
}

function describeHead(head: string, root: XmlNode, explained: number, listed: number): readonly Fault[] {
  // a closing tag without its opening one: the content of a GPU has spilled into the head
  if (root === undefined || head.includes('</gpu>')) return [malformed('its head', 'unpaired tags')]
  const faults: Fault[] = []
  const error = readText(at(root, 'error_string'))
  const said = error.kind === 'known' ? error.value : error.detail
  if (said !== undefined) {
    faults.push(readErrorLine(said) ?? { kind: 'driver-trouble', trouble: 'other', text: said })
  }
  const attached = valueOr(readNumber(at(root, 'attached_gpus'), COUNT), explained)
  if (attached > explained) faults.push({ kind: 'gpus-missing', listed, attached })
  if (attached === 0) faults.push({ kind: 'driver-trouble', trouble: 'no-devices', text: '0 attached GPUs' })
  return faults
}

function isLostGpu(fault: Fault): boolean {
  return fault.kind === 'gpu-unreadable'
}

function malformed(where: string, found: string): Fault {
  return { kind: 'malformed', part: PART, where, found }
}

function firstLine(text: string): string {
  return printable(text.trimStart().slice(0, 80).split(/\r?\n/)[0] ?? '')
}
