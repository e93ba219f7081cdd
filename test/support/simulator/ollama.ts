import { LlamaServer } from './llama.ts'
import type { Machine } from './machine.ts'
import { cardWeightsMiB, kvMiB, weightsMiB, type GgufModel } from './models.ts'
import { STARTED_AT } from './parts.ts'
import { ollamaPs, type LoadedModel, type SlotMoment } from './pages.ts'
import type { Deviation } from './shape.ts'

const STORE = '/usr/share/ollama/.ollama/models'

/** A model in Ollama's store. */
export interface Stored {
  readonly tag: string
  readonly model: GgufModel
  readonly digest: string
  readonly contextTokens: number
  readonly quantization: string
}

/** `ollama serve`, with what is in its store. */
export function startOllama(machine: Machine, store: readonly Stored[]): void {
  machine.start({
    pid: 2100,
    comm: 'ollama',
    command: ['/usr/local/bin/ollama', 'serve'],
    residentMiB: 90,
  })
  machine.listens(2100, 11_434)
  for (const stored of store) machine.file(`file/${manifestPath(stored)}`, manifest(stored))
}

/** What /api/ps tells from now on. `expiresAt`: the second at which the model is unloaded. */
export function answerLoaded(
  machine: Machine,
  loaded: readonly { readonly stored: Stored; readonly expiresAt?: number }[],
): void {
  machine.answer('http/127.0.0.1:11434/api/ps', () =>
    ollamaPs(
      loaded.map(({ stored, expiresAt }) => ({
        ...loadedModel(stored),
        ...(expiresAt === undefined ? {} : { expiresAtEpochMs: STARTED_AT + expiresAt * 1000 }),
      })),
    ),
  )
}

/** The process that `ollama serve` starts for a model; its requests come every 40 s. */
export function startRunner(
  machine: Machine,
  engine: Deviation,
  { model, digest, contextTokens }: Stored,
  pid: number,
  startsAt: number,
): LlamaServer {
  const path = `${STORE}/blobs/sha256-${digest}`
  const port = 41_000 + (pid % 1000)
  const command = [
    '/usr/lib/ollama/llama-server',
    '--model',
    path,
    '--port',
    `${port}`,
    '--host',
    '127.0.0.1',
    '--no-webui',
    '--offline',
    '-c',
    `${contextTokens}`,
    '-np',
    '1',
    '--flash-attn',
    'auto',
  ]
  const serves = (second: number): readonly SlotMoment[] => {
    const inTask = second % 40
    const busy = inTask < 22
    const generated = busy ? inTask * 25 : 525
    return [
      {
        id: 0,
        contextTokens,
        busy,
        task: Math.floor(second / 40),
        tokens: 1800 + generated,
        generated,
        remaining: -1,
      },
    ]
  }
  return new LlamaServer(
    machine,
    { pid, parentPid: 2100, model, path, contextTokens, slots: 1, port, card: 0, startsAt, command, serves },
    engine,
  )
}

function manifestPath({ tag }: Stored): string {
  const [name = '', version = ''] = tag.split(':')
  return `${STORE}/manifests/registry.ollama.ai/library/${name}/${version}`
}

function manifest({ digest, model }: Stored): string {
  const size = Math.round(weightsMiB(model) * 1024 ** 2)
  return JSON.stringify({
    schemaVersion: 2,
    layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${digest}`, size }],
  })
}

function loadedModel({ tag, digest, model, contextTokens, quantization }: Stored): LoadedModel {
  const sizeBytes = Math.round((cardWeightsMiB(model) + kvMiB(model, contextTokens) + 160) * 1024 ** 2)
  return { name: tag, digest, sizeBytes, contextTokens, quantization }
}
