import { stated } from '../core/stated.ts'
import { weightsLayout } from '../estimate/weights.ts'
import type { BytesPart } from '../model/sample.ts'
import type { Want } from '../model/want.ts'
import type { WeightsSource } from '../model/weights.ts'
import { ggufArchitecture } from '../parse/gguf/architecture.ts'
import { readGgufHeader, type GgufHeader } from '../parse/gguf/header.ts'
import { joinParts, partCount, partsOf } from '../parse/gguf/split.ts'
import { ggufQuantization, ggufTensors } from '../parse/gguf/weights.ts'
import { bytesAnswer } from './answers.ts'
import type { Answers, Claim } from './engine.ts'
import type { ModelShape } from './model-shape.ts'

/** The first bytes of a GGUF file, and of all parts where it is split: as many as each header has proved to need. */
export function ggufWants(claim: Claim, path: string | undefined, answers: Answers): readonly Want[] {
  const [first, ...others] = partPaths(path, claim)
  if (first === undefined) return []
  const wants = headWants(claim, first, answers)
  const header = headerOf(claim, first, answers)
  const isSplit = header !== undefined && partCount(header) > 1
  return isSplit ? [...wants, ...others.flatMap((part) => headWants(claim, part, answers))] : wants
}

/** The shape in the header of a model file; undefined while that was not read, and where it is none. */
export function ggufShape(claim: Claim, path: string | undefined, answers: Answers): ModelShape | undefined {
  const heads = partPaths(path, claim).flatMap((part) => bytesAnswer(answers, headWant(claim, part)) ?? [])
  const [first] = heads
  if (first === undefined) return undefined
  const headers = heads.flatMap((head) => readHead(head).header ?? [])
  const present = SHAPES.get(first)
  // the other parts of a split file come later
  if (present?.heads === heads.length) return present.shape
  const shape = shapeOf(headers)
  SHAPES.set(first, { heads: heads.length, shape })
  return shape
}

const FIRST_BYTES = 256 * 1024
// the largest vocabularies need 10–25 MB; what is kept and recorded of them are some tens of kilobytes
const MOST_BYTES = 32 * 1024 ** 2
/** What is asked beyond the need, so that the rest of a header does not come in small steps. */
const GENEROUS = 2
const MOST_PARTS = 64

/** Nothing for what is no path. A path without a beginning is one below the folder in which the process was started. */
function partPaths(path: string | undefined, { root }: Claim): readonly string[] {
  if (
    path === undefined ||
    !/\.(?:gguf|ggml|bin)$|\/sha256-[0-9a-f]{64}$|^\//i.test(path) ||
    /^~|:\/\/|\n/.test(path)
  )
    return []
  const whole = path.startsWith('/') ? path : `/proc/${root.pid}/cwd/${path.replace(/^\.\//, '')}`
  const at = whole.lastIndexOf('/') + 1
  return partsOf(whole.slice(at))
    .slice(0, MOST_PARTS)
    .map((name) => whole.slice(0, at) + name)
}

function headWants(claim: Claim, path: string, answers: Answers): readonly Want[] {
  const head = bytesAnswer(answers, headWant(claim, path))
  if (head === undefined) return [headWant(claim, path)]
  const { neededBytes } = readHead(head)
  if (neededBytes === undefined) return []
  return neededBytes > MOST_BYTES ? [] : [headWant(claim, path, Math.min(neededBytes * GENEROUS, MOST_BYTES))]
}

function headWant({ root }: Claim, path: string, maxBytes = FIRST_BYTES): Want {
  const isHosts = root.container === undefined || path.startsWith('/proc/')
  // its own root: a container's paths are not the host's
  return { kind: 'head', path, every: 'once', maxBytes, ...(isHosts ? {} : { viaPid: root.pid }) }
}

function headerOf(claim: Claim, path: string, answers: Answers): GgufHeader | undefined {
  const head = bytesAnswer(answers, headWant(claim, path))
  return head === undefined ? undefined : readHead(head).header
}

interface Head {
  readonly header?: GgufHeader
  readonly neededBytes?: number
}

// a header is read once, not at every tick; what is remembered follows from the bytes alone
const HEADS = new WeakMap<BytesPart, Head>()
const SHAPES = new WeakMap<BytesPart, { readonly heads: number; readonly shape: ModelShape | undefined }>()

function readHead(part: BytesPart): Head {
  const present = HEADS.get(part)
  if (present !== undefined) return present
  const bytes = decodeBase64(part.base64)
  const head = bytes === undefined ? {} : parseHead(bytes, part.sizeBytes)
  HEADS.set(part, head)
  return head
}

function parseHead(bytes: Uint8Array, sizeBytes: number): Head {
  const reading = readGgufHeader(bytes, 'the model', sizeBytes)
  switch (reading.kind) {
    case 'read':
      return { header: reading.header }
    case 'need-more':
      return { neededBytes: reading.atLeastBytes }
    case 'fault':
      return {}
  }
}

/** undefined for what is no base64: a recording may hold anything. */
function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0))
  } catch {
    return undefined
  }
}

/** While parts of a split file are missing its weights are known by the name of their scheme alone. */
function shapeOf([first, ...others]: readonly GgufHeader[]): ModelShape | undefined {
  if (first === undefined) return undefined
  const joined = joinParts([first, ...others], 'the model')
  const header = joined.kind === 'read' ? joined.header : first
  const reading = ggufArchitecture(header, 'the model')
  if (reading.kind === 'fault') return undefined
  const { architecture } = reading
  const quantization = ggufQuantization(header)
  const layout = weightsLayout(ggufTensors(header, architecture.layers))
  const isWhole = joined.kind === 'read' && partCount(first) <= 1 + others.length
  const weights: WeightsSource =
    layout.kind === 'known' && isWhole
      ? { kind: 'tensors', layout: layout.value }
      : { kind: 'quantization', name: quantization ?? 'F16' }
  return stated({ architecture, weights, fromCatalogue: false, quantization })
}
