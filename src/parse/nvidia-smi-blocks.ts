import { busIdOf, parseGpuBlock } from './nvidia-smi-gpu.ts'
import type { Fault } from '../core/fault.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { XmlNode } from './nvidia-smi-xml.ts'

/** The GPUs of one document by the text of their `<gpu>` blocks; a block with a fault is not among them. */
export type ParsedGpus = ReadonlyMap<string, Gpu>

export interface Blocks {
  /** The texts of the complete `<gpu>` blocks. */
  readonly whole: readonly string[]
  /** The bus ids of blocks without an end. */
  readonly torn: readonly string[]
  /** The document without its blocks. */
  readonly head: string
}

/** Splits a document, from root tag to root tag, into its `<gpu>` blocks and the rest. */
export function splitBlocks(body: string): Blocks {
  const whole: string[] = []
  const torn: string[] = []
  const rest: string[] = []
  let open = -1
  let restFrom = 0
  for (const { 0: tag, index } of body.matchAll(/<gpu(?=[\s>])|<\/gpu>/g)) {
    if (tag === '<gpu') {
      if (open >= 0) torn.push(busIdOf(body.slice(open, open + 128)))
      else rest.push(body.slice(restFrom, index))
      open = index
    } else if (open >= 0) {
      restFrom = index + tag.length
      whole.push(body.slice(open, restFrom))
      open = -1
    }
  }
  if (open >= 0) {
    torn.push(busIdOf(body.slice(open, open + 128)))
    restFrom = body.lastIndexOf('<')
  }
  return { whole, torn, head: rest.join('') + body.slice(restFrom) }
}

export interface ReadBlocks {
  /** By rising index. */
  readonly gpus: readonly Gpu[]
  readonly unreadable: number
  readonly faults: readonly Fault[]
  readonly parsed: ParsedGpus
}

/**
 * Reads the blocks of one document; those of the previous document that have not changed are taken from `reuse`.
 *
 * @param read what the XML parser makes of the text of one
 */
export function readBlocks(
  texts: readonly string[],
  read: (text: string) => XmlNode,
  reuse: ParsedGpus,
): ReadBlocks {
  const entries = texts.map((text, position) => {
    const known = reuse.get(text)
    return {
      text,
      position,
      ...(known === undefined ? parseGpuBlock(text, read(text), position) : { gpu: known, faults: [] }),
    }
  })
  const faults = entries.flatMap((entry) => entry.faults)
  const distinct = new Map<string, Entry>()
  for (const { text, position, gpu, faults: own } of entries) {
    if (gpu === undefined) continue
    const identity = identityOf(gpu)
    if (distinct.has(identity)) faults.push(describeTwin(gpu))
    else distinct.set(identity, { text, position, gpu, sound: own.length === 0 })
  }
  const numbered = numberGpus([...distinct.values()])
  return {
    gpus: numbered.map((entry) => entry.gpu),
    unreadable: entries.filter((entry) => entry.gpu === undefined).length,
    faults,
    parsed: new Map(numbered.filter((entry) => entry.sound).map((entry) => [entry.text, entry.gpu])),
  }
}

interface Entry {
  readonly text: string
  readonly position: number
  readonly gpu: Gpu
  readonly sound: boolean
}

// a masked uuid (files that people share) is no identity by itself
function identityOf(gpu: Gpu): string {
  return /^GPU-[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(gpu.uuid)
    ? gpu.uuid
    : `${gpu.uuid} ${gpu.busId}`
}

function describeTwin(gpu: Gpu): Fault {
  return {
    kind: 'malformed',
    part: 'nvidia-smi',
    where: `GPU ${gpu.busId}`,
    found: `${gpu.uuid} a second time`,
  }
}

// the minor number (/dev/nvidia3) is what people call the index; under WDDM there is none, and the order must do
function numberGpus(entries: readonly Entry[]): readonly Entry[] {
  const minors = entries.flatMap(({ text }) => {
    const minor = /<minor_number>\s*(\d{1,4})\s*<\/minor_number>/.exec(text)?.[1]
    return minor === undefined ? [] : [Number(minor)]
  })
  const usable = new Set(minors).size === entries.length
  return entries
    .map((entry, at) => {
      const index = (usable ? minors[at] : undefined) ?? entry.position
      return entry.gpu.index === index ? entry : { ...entry, gpu: { ...entry.gpu, index } }
    })
    .sort((a, b) => a.gpu.index - b.gpu.index)
}
