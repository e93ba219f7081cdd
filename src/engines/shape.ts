import { resolveModel, type Resolution } from '../estimate/catalogue/resolve.ts'
import { weightsLayout } from '../estimate/weights.ts'
import type { BytesPart } from '../model/sample.ts'
import type { Want } from '../model/want.ts'
import type { WeightsSource } from '../model/weights.ts'
import { ggufArchitecture } from '../parse/gguf/architecture.ts'
import { readGgufHeader, type GgufHeader } from '../parse/gguf/header.ts'
import { partCount } from '../parse/gguf/split.ts'
import { ggufQuantization, ggufTensors } from '../parse/gguf/weights.ts'
import { bytesAnswer } from './answers.ts'
import type { Answers, Claim, EngineReport } from './engine.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import type { ModelShape } from './model-shape.ts'

/** The first bytes of a GGUF file: as many as its header has proved to need. Nothing for a path that is not whole. */
export function ggufWants(claim: Claim, path: string | undefined, answers: Answers): readonly Want[] {
  if (path?.startsWith('/') !== true) return []
  const first = headWant(claim, path, FIRST_BYTES)
  const head = bytesAnswer(answers, first)
  if (head === undefined) return [first]
  const { neededBytes } = readHead(head)
  return neededBytes === undefined || neededBytes > MOST_BYTES ? [] : [headWant(claim, path, neededBytes)]
}

export function ggufShape(claim: Claim, path: string | undefined, answers: Answers): ModelShape | undefined {
  if (path?.startsWith('/') !== true) return undefined
  const head = bytesAnswer(answers, headWant(claim, path, FIRST_BYTES))
  return head === undefined ? undefined : readHead(head).shape
}

/** The report of an engine whose model's own files were not read: with the catalogue's shape, where it has the name. */
export function withCatalogue(
  report: EngineReport,
  { settings, quantization }: Pick<EngineFlags, 'settings' | 'quantization'>,
): EngineReport {
  const found = report.model.name.kind === 'known' ? catalogued(report.model.name.value) : undefined
  if (found?.kind !== 'found') return report
  const name = quantization?.name ?? found.quantization ?? 'bf16'
  const weights: WeightsSource = { kind: 'quantization', name }
  return {
    ...report,
    known: { shape: { architecture: found.row.architecture, weights, fromCatalogue: true }, settings },
  }
}

// the same name is asked at every tick, and one that the catalogue lacks is compared with all of it
const FOUND = new Map<string, Resolution>()
const MOST_NAMES = 64

function catalogued(name: string): Resolution {
  const present = FOUND.get(name)
  if (present !== undefined) return present
  const found = resolveModel(name)
  if (FOUND.size >= MOST_NAMES) FOUND.clear()
  FOUND.set(name, found)
  return found
}

const FIRST_BYTES = 256 * 1024
// the largest vocabularies need 10–20 MB
const MOST_BYTES = 24 * 1024 ** 2
/** What is asked beyond the need, so that the rest of a header does not come in small steps. */
const GENEROUS = 2

function headWant({ root }: Claim, path: string, maxBytes: number): Want {
  return {
    kind: 'head',
    path,
    every: 'once',
    maxBytes,
    // its own root: a container's paths are not the host's
    ...(root.container === undefined ? {} : { viaPid: root.pid }),
  }
}

interface Head {
  readonly shape?: ModelShape
  readonly neededBytes?: number
}

// a header is read once, not at every tick; what is remembered follows from the bytes alone
const HEADS = new WeakMap<BytesPart, Head>()

function readHead(part: BytesPart): Head {
  const known = HEADS.get(part)
  if (known !== undefined) return known
  const bytes = decodeBase64(part.base64)
  const head = bytes === undefined ? {} : parseHead(bytes, part.sizeBytes)
  HEADS.set(part, head)
  return head
}

function parseHead(bytes: Uint8Array, sizeBytes: number): Head {
  const reading = readGgufHeader(bytes, 'the model', sizeBytes)
  return reading.kind === 'read' ? headOf(reading.header) : neededBy(reading)
}

/** undefined for what is no base64: a recording may hold anything. */
function decodeBase64(text: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(text), (byte) => byte.charCodeAt(0))
  } catch {
    return undefined
  }
}

function neededBy(stop: { readonly kind: string; readonly atLeastBytes?: number }): Head {
  return stop.atLeastBytes === undefined ? {} : { neededBytes: stop.atLeastBytes * GENEROUS }
}

function headOf(header: GgufHeader): Head {
  const reading = ggufArchitecture(header, 'the model')
  if (reading.kind === 'fault') return {}
  const { architecture } = reading
  const layout = weightsLayout(ggufTensors(header, architecture.layers))
  const isWhole = partCount(header) <= 1
  const weights: WeightsSource =
    layout.kind === 'known' && isWhole
      ? { kind: 'tensors', layout: layout.value }
      : { kind: 'quantization', name: ggufQuantization(header) ?? 'F16' }
  return { shape: { architecture, weights, fromCatalogue: false } }
}
