import type { HostProcess } from '../model/snapshot.ts'
import type { Claim } from './engine.ts'
import { launchOf, type Launch } from './launch.ts'
import { isBlob } from './ollama-store.ts'

/** Which processes are Ollama's: its server, which holds no model itself, and a runner for every loaded one. */
export function claimOllama([process, ...ancestors]: readonly HostProcess[]): Claim | undefined {
  const launch = process === undefined ? undefined : launchOf(process)
  if (process === undefined || launch === undefined) return undefined
  if (isServer(launch)) return { engine: 'ollama', root: process, keeper: true }
  const isChild = launch.name === 'llama-server' && (isPackaged(launch) || ancestors.some(isServerProcess))
  if (!isChild && !isRunner(launch)) return undefined
  return { engine: 'ollama', root: process }
}

// up to 0.8 a binary of its own in a temporary folder; then `ollama runner`, which MLX models still have
export function isRunner({ name, args }: Launch): boolean {
  if (name === 'ollama_llama_server' || name === 'ollama_llama_se') return true
  return name === 'ollama' && args[0] === 'runner'
}

/** A bare `ollama` is the name by which the driver lists a runner. */
export function isServer({ name, args }: Launch): boolean {
  return name === 'ollama' && (args[0] === undefined || args[0] === 'serve' || args[0] === 'start')
}

function isServerProcess(process: HostProcess): boolean {
  const launch = launchOf(process)
  return launch !== undefined && isServer(launch)
}

/** Its own llama-server lies in lib/ollama, and its model is a blob of its store. */
function isPackaged({ path, args }: Launch): boolean {
  return /(?:^|\/)ollama\/llama-server$/.test(path) || args.some(isBlob)
}
