import { parseJson } from '../core/decode.ts'
import type { Want } from '../model/want.ts'
import { parseManifestWeights, parseOllamaPs, type OllamaModel } from '../parse/engine-pages/ollama.ts'
import type { Address } from './address.ts'
import { pageWant } from './allow-list.ts'
import { jsonOf, pageAnswer, textAnswer } from './answers.ts'
import type { Answers, Claim } from './engine.ts'

/** The weights of a model as they lie in Ollama's store, which a runner is started with. */
export interface Blob {
  readonly store: string
  readonly digest: string
}

/** The blob that lies at this path; undefined for any other file. */
export function blobOf(path = ''): Blob | undefined {
  const [, store, digest] = BLOB.exec(path) ?? []
  return store === undefined || digest === undefined ? undefined : { store, digest }
}

export function isBlob(path: string): boolean {
  return BLOB.test(path)
}

const BLOB = /^(.*)\/blobs\/sha256-([0-9a-f]{64})$/

export function pathOf(blob: Blob | undefined): string | undefined {
  return blob === undefined ? undefined : `${blob.store}/blobs/sha256-${blob.digest}`
}

/** Where a runner's model may be named: by its server, and in the store that its blob lies in. */
interface Held {
  readonly server: Address | undefined
  readonly blob: Blob | undefined
}

/** The server's page of loaded models. */
export function loadedWant(server: Address): Want {
  return pageWant(server, '/api/ps')
}

/** The manifests of the loaded models, which say what blobs they have. */
export function manifestsWanted(claim: Claim, { server, blob }: Held, answers: Answers): readonly Want[] {
  if (server === undefined || blob === undefined) return []
  return loadedModels(server, answers).flatMap(({ name }) => manifestWants(claim, blob, name))
}

/** Of the loaded models the one that this runner has: its manifest names the runner's blob. */
export function loadedModel(claim: Claim, { server, blob }: Held, answers: Answers): OllamaModel | undefined {
  const loaded = server === undefined ? [] : loadedModels(server, answers)
  if (blob === undefined) return onlyOne(loaded)
  const manifests = loaded.map((model) => ({ model, text: manifestText(claim, blob, model, answers) }))
  const its = manifests.find(
    ({ text }) =>
      text !== undefined && parseManifestWeights(parseJson(text)).includes(`sha256:${blob.digest}`),
  )
  // where the store can't be read, one model and one runner belong together
  return its?.model ?? (manifests.some(({ text }) => text !== undefined) ? undefined : onlyOne(loaded))
}

function manifestText(claim: Claim, blob: Blob, { name }: OllamaModel, answers: Answers): string | undefined {
  const [want] = manifestWants(claim, blob, name)
  return want === undefined ? undefined : textAnswer(answers, want)?.text
}

function loadedModels(server: Address, answers: Answers): readonly OllamaModel[] {
  return parseOllamaPs(jsonOf(pageAnswer(answers, loadedWant(server)))) ?? []
}

function onlyOne(loaded: readonly OllamaModel[]): OllamaModel | undefined {
  return loaded.length === 1 ? loaded[0] : undefined
}

/** `llama3.2:3b` lies in manifests/registry.ollama.ai/library/llama3.2/3b. None for a name that could lead elsewhere. */
function manifestWants({ root }: Claim, { store }: Blob, name: string): readonly Want[] {
  const [path = '', tag = 'latest'] = name.split(/:(?=[^:/]*$)/)
  const parts = path.split('/')
  const full = [...['registry.ollama.ai', 'library'].slice(0, Math.max(0, 3 - parts.length)), ...parts, tag]
  if (!full.every((part) => /^[\w-][\w.-]*$/.test(part))) return []
  return [
    {
      kind: 'file',
      path: `${store}/manifests/${full.join('/')}`,
      every: 'once',
      maxBytes: 64 * 1024,
      ...(root.container === undefined ? {} : { viaPid: root.pid }),
    },
  ]
}
