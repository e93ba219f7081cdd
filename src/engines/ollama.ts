import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'
import type { Claim, Engine } from './engine.ts'
import { launchOf, type Launch } from './launch.ts'

/** `ollama serve` starts one runner per loaded model, and since 0.30 that runner is llama-server. Each is a workload of its own. */
export const ollama: Engine = {
  id: 'ollama',
  label: 'Ollama',
  comms: ['ollama', 'ollama_llama_se'],
  claim: claimOllama,
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

function claimOllama([process, ...ancestors]: readonly HostProcess[]): Claim | undefined {
  const launch = process === undefined ? undefined : launchOf(process)
  if (process === undefined || launch === undefined) return undefined
  if (isRunner(launch)) return { engine: 'ollama', root: process }
  if (isServer(launch)) return { engine: 'ollama', root: process, keeper: true }
  const isChild = launch.name === 'llama-server' && (isPackaged(launch) || serverAmong(ancestors))
  return isChild ? { engine: 'ollama', root: process } : undefined
}

// up to 0.8 a binary of its own in a temporary folder; then `ollama runner`, which MLX models still have
function isRunner({ name, args }: Launch): boolean {
  return (
    name === 'ollama_llama_server' ||
    name === 'ollama_llama_se' ||
    (name === 'ollama' && args[0] === 'runner')
  )
}

/** A bare `ollama` is the name by which the driver lists a runner. */
function isServer({ name, args }: Launch): boolean {
  return name === 'ollama' && (args[0] === undefined || args[0] === 'serve' || args[0] === 'start')
}

/** Its own llama-server lies in lib/ollama, and its model is a blob of its store. */
function isPackaged({ path, args }: Launch): boolean {
  return /(?:^|\/)ollama\/llama-server$/.test(path) || args.some((arg) => BLOB.test(arg))
}

const BLOB = /\/blobs\/sha256-[0-9a-f]{64}$/

function serverAmong(ancestors: readonly HostProcess[]): boolean {
  return ancestors.some((ancestor) => {
    const launch = launchOf(ancestor)
    return launch !== undefined && isServer(launch)
  })
}
