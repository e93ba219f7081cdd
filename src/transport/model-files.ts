import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Fault } from '../core/fault.ts'
import { printable } from '../core/text.ts'
import type { Tensor } from '../model/weights.ts'
import type { GgufHeader } from '../parse/gguf/header.ts'
import { readGgufHeader } from '../parse/gguf/header.ts'
import { joinParts, partCount, partsOf } from '../parse/gguf/split.ts'
import { readSafetensorsHeader } from '../parse/safetensors.ts'
import { parseWeightsIndex, type WeightsIndex } from '../parse/safetensors-index.ts'
import { readHead, readWhole } from './local-file.ts'

/** What was found at a path: a GGUF model with all its parts, a Hugging Face model, or some other text. */
export type ModelFile =
  | {
      readonly kind: 'gguf'
      readonly name: string
      readonly header: GgufHeader
      /** What the files lack of the tensors that their headers list: an unfinished download. */
      readonly missingBytes: number
    }
  | {
      readonly kind: 'hf'
      readonly name: string
      readonly config: string
      /** From the safetensors headers; undefined where there are none to read. */
      readonly tensors: readonly Tensor[] | undefined
      /** From the index, or the sizes of the files, where no header could be read. */
      readonly totalBytes: number | undefined
    }
  | { readonly kind: 'text'; readonly name: string; readonly text: string }
  | { readonly kind: 'fault'; readonly fault: Fault }

const FIRST_BYTES = 1024 * 1024
const MAX_TEXT_BYTES = 4 * 1024 * 1024

/** Reads only what describes the model: headers and configs, never weights. */
export async function readModelFile(path: string, signal: AbortSignal): Promise<ModelFile> {
  const found = await kindOf(path)
  if (found === 'folder') return readFolder(path, signal)
  if (found === undefined) return fault({ kind: 'not-found', what: `'${printable(path)}'` })
  if (await isGguf(path, signal)) return readGguf(path, signal)
  if (path.endsWith('.safetensors') || basename(path) === 'config.json') return readHf(dirname(path), signal)
  return readText(path, signal)
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file'
  } catch {
    return undefined
  }
}

/** By its first bytes: Ollama's blobs have no ending. */
async function isGguf(path: string, signal: AbortSignal): Promise<boolean> {
  const head = await readHead(path, 4, signal)
  return path.endsWith('.gguf') || (head.kind === 'bytes' && head.bytes.toString('latin1') === 'GGUF')
}

/** A Hugging Face model, or else the only GGUF model in the folder. */
async function readFolder(path: string, signal: AbortSignal): Promise<ModelFile> {
  const names = await readdir(path)
  if (names.includes('config.json')) return readHf(path, signal)
  const models = names.filter((name) => name.endsWith('.gguf') && !name.includes('mmproj'))
  const [first] = [...new Set(models.map((name) => partsOf(name)[0] ?? name))].sort()
  if (first === undefined)
    return fault({ kind: 'not-found', what: `a config.json or .gguf file in '${printable(path)}'` })
  return readGguf(join(path, first), signal)
}

async function readGguf(path: string, signal: AbortSignal): Promise<ModelFile> {
  const name = printable(basename(path))
  const [firstPart = name, ...otherParts] = partsOf(basename(path))
  const first = await readGgufPart(join(dirname(path), firstPart), signal)
  if (first.kind === 'fault') return first
  // a renamed first part no longer tells the names of the others: joining says that they are missing
  const others = partCount(first.header) > 1 || otherParts.length > 0 ? otherParts : []
  const parts: GgufPart[] = [first]
  for (const part of others) {
    const read = await readGgufPart(join(dirname(path), part), signal)
    if (read.kind === 'fault') return read
    parts.push(read)
  }
  const joined = joinParts([first.header, ...parts.slice(1).map(({ header }) => header)], name)
  if (joined.kind === 'fault') return joined
  const missingBytes = parts.reduce((sum, part) => sum + part.missingBytes, 0)
  return { kind: 'gguf', name, header: joined.header, missingBytes }
}

interface GgufPart {
  readonly kind: 'part'
  readonly header: GgufHeader
  readonly missingBytes: number
}

async function readGgufPart(path: string, signal: AbortSignal): Promise<GgufPart | Failed> {
  const name = printable(basename(path))
  const found = await readUntilWhole(path, signal, (bytes, size): Step<GgufPart> => {
    const reading = readGgufHeader(bytes, name, size)
    if (reading.kind !== 'read') return reading
    const { header } = reading
    const missingBytes = Math.max(header.expectedFileBytes - size, 0)
    return { kind: 'read', value: { kind: 'part', header, missingBytes } }
  })
  return found.kind === 'fault' ? found : found.value
}

async function readHf(folder: string, signal: AbortSignal): Promise<ModelFile> {
  const config = await readText(join(folder, 'config.json'), signal)
  if (config.kind !== 'text') return config
  const names = await readdir(folder)
  const index = await readIndex(folder, names, signal)
  if (index.kind === 'fault') return index
  const tensors = await readTensors(folder, names, index.value?.files ?? names, signal)
  if (tensors.kind === 'fault') return tensors
  const name = printable(basename(folder))
  return {
    kind: 'hf',
    name,
    config: config.text,
    tensors: tensors.value,
    totalBytes: index.value?.totalBytes,
  }
}

/** undefined unless all of the files are there: a part of a sum is not the sum. */
async function readTensors(
  folder: string,
  present: readonly string[],
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly kind: 'read'; readonly value: readonly Tensor[] | undefined } | Failed> {
  const files = wanted.filter((name) => name.endsWith('.safetensors'))
  if (files.length === 0 || !files.every((file) => present.includes(file)))
    return { kind: 'read', value: undefined }
  const tensors: Tensor[] = []
  for (const file of files) {
    const header = await readUntilWhole(
      join(folder, file),
      signal,
      (bytes, size): Step<readonly Tensor[]> => {
        const reading = readSafetensorsHeader(bytes, printable(file), size)
        return reading.kind === 'read' ? { kind: 'read', value: reading.tensors } : reading
      },
    )
    if (header.kind === 'fault') return header
    tensors.push(...header.value)
  }
  return { kind: 'read', value: tensors }
}

async function readIndex(
  folder: string,
  names: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly kind: 'read'; readonly value: WeightsIndex | undefined } | Failed> {
  const name = names.find((file) => /^(model|pytorch_model)[\w.-]*\.index\.json$/.test(file))
  if (name === undefined) return { kind: 'read', value: undefined }
  const text = await readText(join(folder, name), signal)
  if (text.kind !== 'text') return text.kind === 'fault' ? text : { kind: 'read', value: undefined }
  const parsed = parseWeightsIndex(text.text, name)
  return parsed.kind === 'fault' ? parsed : { kind: 'read', value: parsed.index }
}

async function readText(path: string, signal: AbortSignal): Promise<ModelFile> {
  const file = await readWhole(path, MAX_TEXT_BYTES, signal)
  if (file.kind !== 'bytes') return fault(file)
  return { kind: 'text', name: printable(basename(path)), text: file.bytes.toString('utf8') }
}

interface Failed {
  readonly kind: 'fault'
  readonly fault: Fault
}

type Step<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'need-more'; readonly atLeastBytes: number }
  | Failed

/** Reads a growing head of the file until its header is whole. */
async function readUntilWhole<T>(
  path: string,
  signal: AbortSignal,
  read: (bytes: Uint8Array, fileBytes: number) => Step<T>,
): Promise<{ readonly kind: 'read'; readonly value: T } | Failed> {
  for (let wanted = FIRST_BYTES; ;) {
    const head = await readHead(path, wanted, signal)
    if (head.kind !== 'bytes') return { kind: 'fault', fault: head }
    const step = read(head.bytes, head.sizeBytes)
    if (step.kind !== 'need-more') return step
    if (head.bytes.length >= head.sizeBytes) return { kind: 'fault', fault: endsEarly(path) }
    wanted = Math.max(step.atLeastBytes, 2 * wanted)
  }
}

function endsEarly(path: string): Fault {
  return {
    kind: 'malformed',
    part: printable(basename(path)),
    where: 'its header',
    found: 'the end of the file',
  }
}

function fault(found: Fault): Failed {
  return { kind: 'fault', fault: found }
}
