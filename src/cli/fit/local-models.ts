import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { asArray, asObject, asText, parseJson } from '../../core/decode.ts'

type Variables = Readonly<Partial<Record<string, string>>>

/**
 * Where a model lies on this machine that is known by its name: in the cache of Hugging Face (`org/name`, for llama.cpp with
 * `:Q4_K_M`), or in Ollama's store (`llama3.1:8b`); undefined where it is not there.
 */
export async function findLocalModel(name: string, variables: Variables): Promise<string | undefined> {
  return (await inHubCache(name, variables)) ?? (await inOllamaStore(name, variables))
}

async function inHubCache(name: string, variables: Variables): Promise<string | undefined> {
  const [, repository = '', wanted] = /^([\w.-]+\/[\w.-]+)(?::([\w.-]+))?$/.exec(name) ?? []
  if (repository === '') return undefined
  for (const cache of hubCaches(variables)) {
    const folder = join(cache, `models--${repository.replace('/', '--')}`)
    const revision = (await textOf(join(folder, 'refs', 'main')))?.trim()
    if (revision === undefined || !/^[\w.-]+$/.test(revision)) continue
    const snapshot = join(folder, 'snapshots', revision)
    const names = await namesIn(snapshot)
    if (names.length > 0) return pathIn(snapshot, names, wanted)
  }
  return undefined
}

/** The folder, or the one GGUF file of the wanted quantisation in it. */
function pathIn(snapshot: string, names: readonly string[], wanted = ''): string | undefined {
  if (names.includes('config.json') && wanted === '') return snapshot
  const models = names.filter((name) => name.endsWith('.gguf') && !name.includes('mmproj')).sort()
  const found = models.find((name) => name.toLowerCase().includes(wanted.toLowerCase()))
  return found === undefined ? undefined : join(snapshot, found)
}

/** In the order in which huggingface_hub and llama.cpp look. */
function hubCaches(variables: Variables): readonly string[] {
  const home = variables['HOME'] ?? ''
  const { HF_HOME: hfHome, XDG_CACHE_HOME: xdg } = variables
  return [
    variables['LLAMA_CACHE'],
    variables['HF_HUB_CACHE'],
    variables['HUGGINGFACE_HUB_CACHE'],
    hfHome === undefined ? undefined : join(hfHome, 'hub'),
    xdg === undefined ? undefined : join(xdg, 'huggingface', 'hub'),
    home === '' ? undefined : join(home, '.cache', 'huggingface', 'hub'),
  ].filter((path): path is string => path !== undefined && path !== '')
}

const MODEL_LAYER = 'application/vnd.ollama.image.model'

async function inOllamaStore(name: string, variables: Variables): Promise<string | undefined> {
  const [, namespace = 'library', model = '', tag = 'latest'] =
    /^(?:([\w.-]+)\/)?([\w.-]+)(?::([\w.-]+))?$/.exec(name) ?? []
  if (model === '') return undefined
  for (const store of ollamaStores(variables)) {
    const manifest = await textOf(join(store, 'manifests', 'registry.ollama.ai', namespace, model, tag))
    const digest = manifest === undefined ? undefined : modelDigest(manifest)
    if (digest !== undefined) return join(store, 'blobs', digest)
  }
  return undefined
}

function modelDigest(manifest: string): string | undefined {
  const layers = asArray(asObject(parseJson(manifest))?.['layers']) ?? []
  const layer = layers.map(asObject).find((found) => asText(found?.['mediaType']) === MODEL_LAYER)
  const digest = asText(layer?.['digest'])?.replace(':', '-')
  return digest !== undefined && /^sha256-[0-9a-f]{64}$/.test(digest) ? digest : undefined
}

/** A service has its store with its own user. */
function ollamaStores(variables: Variables): readonly string[] {
  const home = variables['HOME'] ?? ''
  return [
    variables['OLLAMA_MODELS'],
    home === '' ? undefined : join(home, '.ollama', 'models'),
    '/usr/share/ollama/.ollama/models',
  ].filter((path): path is string => path !== undefined && path !== '')
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

async function namesIn(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path)
  } catch {
    return []
  }
}
