import type { Launch } from '../launch.ts'
import { launchOf } from '../launch.ts'
import { containerCommand } from './docker.ts'
import type { EngineFlags } from './engine-flags.ts'
import { exllamaFlags } from './exllama.ts'
import { koboldcppFlags } from './koboldcpp.ts'
import { llamaCppFlags } from './llama-cpp.ts'
import { lmdeployFlags } from './lmdeploy.ts'
import { lmstudioFlags } from './lmstudio.ts'
import { ollamaFlags } from './ollama.ts'
import type { Environment } from './read-flags.ts'
import { sglangFlags } from './sglang.ts'
import { tensorrtLlmFlags } from './tensorrt-llm.ts'
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
  return READERS.find(([isIts]) => isIts(launch))?.[1](launch, environment)
}

type Reader = (launch: Launch, environment: Environment) => EngineFlags

/** Whose flags a command's are, by the program that it starts. */
const READERS: readonly (readonly [isIts: (launch: Launch) => boolean, read: Reader])[] = [
  [named(/^vllm$|^vllm\.entrypoints/), ({ args }, environment) => vllmFlags(args, environment)],
  [named(/^sglang(?:\.launch_server)?$/), ({ args }, environment) => sglangFlags(args, environment)],
  [named(/^text-generation-launcher$/), ({ args }, environment) => tgiFlags(args, environment)],
  [named(/^ollama$/), ({ args }, environment) => ollamaFlags(args, environment)],
  [named(/^koboldcpp/), ({ args }) => koboldcppFlags(args)],
  [named(/^lms$/), ({ args }) => lmstudioFlags(args)],
  [named(/^trtllm-/), ({ args, name }) => tensorrtLlmFlags(args, name)],
  [named(/^dynamo\.trtllm$/), ({ args, name }, environment) => tensorrtLlmFlags(args, name, environment)],
  [named(/^lmdeploy$/), ({ args }) => lmdeployFlags(args.slice(args[0] === 'serve' ? 2 : 1))],
  [isTabby, ({ args }, environment) => exllamaFlags(args, environment)],
  [isLlamaCpp, (launch, environment) => llamaCppFlags(launch.args, environment, isServer(launch))],
]

function named(pattern: RegExp): (launch: Launch) => boolean {
  return ({ name }) => pattern.test(name)
}

/** Its scripts have names that may be anybody's. */
function isTabby({ name, path }: Launch): boolean {
  return /^tabby-?api$/i.test(name) || /tabby-?api[^/]*\/(?:main|start)\.py$/i.test(path)
}

function isLlamaCpp({ name, args }: Launch): boolean {
  if (/^llama-[a-z]/.test(name) || name === 'llama' || name === 'llama_cpp.server') return true
  return (name === 'server' || name === 'main') && args.some((arg) => arg.endsWith('.gguf'))
}

function isServer({ name, args }: Launch): boolean {
  return name.endsWith('server') || (name === 'llama' && (args[0] === 'serve' || args[0] === 'server'))
}
