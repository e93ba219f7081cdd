import type { Launch } from '../launch.ts'
import { launchOf } from '../launch.ts'
import { containerCommand } from './docker.ts'
import type { EngineFlags } from './engine-flags.ts'
import { llamaCppFlags } from './llama-cpp.ts'
import { ollamaFlags } from './ollama.ts'
import type { Environment } from './read-flags.ts'
import { sglangFlags } from './sglang.ts'
import { tgiFlags } from './tgi.ts'
import { vllmFlags } from './vllm.ts'

/** An engine's command as one types it: variables before it, wrappers and containers around it. */
export interface EngineCommand {
  readonly flags: EngineFlags
  readonly environment: Environment
}

/** Reads the command of an engine by its own table of flags; undefined for a program that is no engine known here. */
export function readEngineCommand(command: readonly string[]): EngineCommand | undefined {
  const { environment, rest } = leadingVariables(command)
  const inner = containerCommand(rest) ?? { command: rest, environment: {} }
  const variables = { ...environment, ...inner.environment }
  const launch = launchOf({ command: inner.command })
  const flags = launch === undefined ? undefined : flagsOf(launch, variables)
  return flags === undefined ? undefined : { flags, environment: variables }
}

/** `NAME=value …`, also behind `env`. */
function leadingVariables(command: readonly string[]): { environment: Environment; rest: readonly string[] } {
  const environment: Record<string, string> = {}
  let index = command[0] === 'env' ? 1 : 0
  for (;;) {
    const [, name, value] = /^([A-Za-z_]\w*)=(.*)$/s.exec(command[index] ?? '') ?? []
    if (name === undefined || value === undefined) return { environment, rest: command.slice(index) }
    environment[name] = value
    index += 1
  }
}

function flagsOf(launch: Launch, environment: Environment): EngineFlags | undefined {
  const { name, args } = launch
  if (name === 'vllm' || name.startsWith('vllm.entrypoints')) return vllmFlags(args, environment)
  if (name === 'sglang' || name === 'sglang.launch_server') return sglangFlags(args, environment)
  if (name === 'text-generation-launcher') return tgiFlags(args, environment)
  if (name === 'ollama') return ollamaFlags(args, environment)
  return isLlamaCpp(launch) ? llamaCppFlags(args, environment, isServer(launch)) : undefined
}

function isLlamaCpp({ name, args }: Launch): boolean {
  if (/^llama-[a-z]/.test(name) || name === 'llama' || name === 'llama_cpp.server') return true
  return (name === 'server' || name === 'main') && args.some((arg) => arg.endsWith('.gguf'))
}

function isServer({ name, args }: Launch): boolean {
  return name.endsWith('server') || (name === 'llama' && (args[0] === 'serve' || args[0] === 'server'))
}
