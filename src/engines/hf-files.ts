import { mebibytes } from '../core/units.ts'
import type { Want } from '../model/want.ts'
import { answerTo, textAnswer } from './answers.ts'
import type { Answers, Claim } from './engine.ts'
import { environmentOf, hasEnvironment } from './environment.ts'
import type { Environment } from './flags/read-flags.ts'

/** A model as a process names it: a repository of Hugging Face, or a folder. */
export interface NamedModel {
  readonly claim: Claim
  readonly text: string
  readonly revision?: string | undefined
  /** Where its engine was told to keep downloads, in the layout of the hub's cache. */
  readonly downloads?: string | undefined
}

/**
 * The files that say the shape of a model and the size of its weights: `config.json`, then the weights' index, or the
 * first bytes of the only weights file. In the folder that was named, else in the cache of the hub as the process sees it.
 */
export function hfWants(model: NamedModel, answers: Answers): readonly Want[] {
  if (!isPlace(model.text)) return []
  const folder = configFolder(model, answers)
  if (folder !== undefined) return weightsWants(model.claim, folder, answers)
  const first = foldersNamed(model.text, model.claim)
  if (model.text.startsWith('/') || !hasEnvironment(model.claim.root.pid, answers)) {
    return first.map((place) => configWant(model.claim, place))
  }
  const { folders, refs } = inCache(model, answers)
  return [
    ...[...first, ...folders].map((place) => configWant(model.claim, place)),
    ...(refs === undefined ? [] : [refs]),
  ]
}

/** The folder whose `config.json` was read; undefined where none was. */
export function configFolder(model: NamedModel, answers: Answers): string | undefined {
  if (!isPlace(model.text)) return undefined
  const folders = [...foldersNamed(model.text, model.claim), ...inCache(model, answers).folders]
  return folders.find((folder) => textAnswer(answers, configWant(model.claim, folder)) !== undefined)
}

export function configWant(claim: Claim, folder: string): Want {
  return fileWant(claim, `${folder}/config.json`, mebibytes(1))
}

export function indexWant(claim: Claim, folder: string): Want {
  return {
    ...fileWant(claim, `${folder}/model.safetensors.index.json`, mebibytes(16)),
    reduce: 'weights-index',
  }
}

/** Its size is all that is wanted of it. */
export function onlyWeightsWant(claim: Claim, folder: string): Want {
  return { ...at(claim, `${folder}/model.safetensors`), kind: 'head', every: 'once', maxBytes: 64 }
}

/** A path or a repository; not a URL, not an option that was taken for a value. */
function isPlace(text: string): boolean {
  return text !== '' && !/^[-~]|:\/\/|\n|\.gguf$/i.test(text)
}

/** A model in more files than one has an index of them. */
function weightsWants(claim: Claim, folder: string, answers: Answers): readonly Want[] {
  const index = indexWant(claim, folder)
  const only = onlyWeightsWant(claim, folder)
  if (textAnswer(answers, index) !== undefined || answerTo(answers, only)?.part !== undefined) return []
  return answerTo(answers, index)?.trouble === undefined ? [index] : [index, only]
}

/** What stands in the way of a hub's name where a folder of that name exists is read by every engine as that folder. */
function foldersNamed(text: string, { root }: Claim): readonly string[] {
  const path = text.replace(/\/+$/, '')
  if (path.startsWith('/')) return [path]
  return [`/proc/${root.pid}/cwd/${path.replace(/^\.\//, '')}`]
}

interface InCache {
  readonly folders: readonly string[]
  /** Says which snapshot of the repository is meant. */
  readonly refs: Want | undefined
}

const NOWHERE: InCache = { folders: [], refs: undefined }

function inCache(model: NamedModel, answers: Answers): InCache {
  const { claim, text, downloads } = model
  const environment = environmentOf(claim.root.pid, answers)
  if (!/^[\w.-]+(?:\/[\w.-]+)?$/.test(text)) return NOWHERE
  if (/^(?:1|true)$/i.test(environment['VLLM_USE_MODELSCOPE'] ?? '')) {
    return { folders: inModelScope(claim, text, environment), refs: undefined }
  }
  const cache = downloads ?? hubCache(claim, environment)
  if (cache?.startsWith('/') !== true) return NOWHERE
  return inRepository(model, `${cache.replace(/\/+$/, '')}/models--${text.replace('/', '--')}`, answers)
}

/** `models--org--name/refs/main` holds the name of a folder in `snapshots`. */
function inRepository({ claim, revision = 'main' }: NamedModel, path: string, answers: Answers): InCache {
  if (/^[0-9a-f]{40}$/.test(revision)) return { folders: [`${path}/snapshots/${revision}`], refs: undefined }
  if (!/^[\w-][\w./-]*$/.test(revision)) return NOWHERE
  const refs = fileWant(claim, `${path}/refs/${revision}`, 1024)
  const snapshot = textAnswer(answers, refs)?.text.trim() ?? ''
  return {
    folders: /^[\w-][\w.-]*$/.test(snapshot) ? [`${path}/snapshots/${snapshot}`] : [],
    refs: snapshot === '' ? refs : undefined,
  }
}

/** In the order in which huggingface_hub looks (src/huggingface_hub/constants.py). */
function hubCache(claim: Claim, environment: Environment): string | undefined {
  const { HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME } = environment
  const home = homeOf(claim, environment)
  const inHome = home === undefined ? undefined : `${home}/.cache/huggingface/hub`
  return (
    HF_HUB_CACHE ??
    HUGGINGFACE_HUB_CACHE ??
    below(HF_HOME, 'hub') ??
    below(XDG_CACHE_HOME, 'huggingface/hub') ??
    inHome
  )
}

// seen in vLLM's issues: ~/.cache/modelscope/hub/models/ORG/NAME
function inModelScope(claim: Claim, text: string, environment: Environment): readonly string[] {
  const cache = environment['MODELSCOPE_CACHE'] ?? below(homeOf(claim, environment), '.cache/modelscope/hub')
  return cache === undefined ? [] : [`${cache}/models/${text}`]
}

function below(folder: string | undefined, path: string): string | undefined {
  return folder === undefined || folder === '' ? undefined : `${folder}/${path}`
}

/** The variable, else where such users usually live: another user's environment can't be read. */
function homeOf({ root }: Claim, { HOME }: Environment): string | undefined {
  if (HOME !== undefined && HOME !== '') return HOME
  if (root.user.kind === 'missing' || !/^[a-z_][\w.-]*$/i.test(root.user.value)) return undefined
  return root.user.value === 'root' ? '/root' : `/home/${root.user.value}`
}

function fileWant(claim: Claim, path: string, maxBytes: number): Want {
  return { ...at(claim, path), kind: 'file', every: 'once', maxBytes }
}

/** A container's paths are not the host's; /proc leads there by itself. */
function at({ root }: Claim, path: string): { readonly path: string; readonly viaPid?: number } {
  const isHosts = root.container === undefined || path.startsWith('/proc/')
  return isHosts ? { path } : { path, viaPid: root.pid }
}
