import type { Environment } from './read-flags.ts'

/** A container's command: what runs in it, and the environment that it is given. */
export interface ContainerCommand {
  readonly command: readonly string[]
  readonly environment: Environment
}

/**
 * The engine's command in `docker run … IMAGE ARGUMENTS` (or podman); undefined for anything else, and for images that llmtop
 * does not know: their entry point is not to be seen.
 */
export function containerCommand(command: readonly string[]): ContainerCommand | undefined {
  const [program = '', ...args] = command
  if (!/(^|\/)(docker|podman|nerdctl)$/.test(program)) return undefined
  const at = args.indexOf('run')
  return at === -1 ? undefined : behindImage(args.slice(at + 1))
}

function behindImage(args: readonly string[]): ContainerCommand | undefined {
  const environment: Record<string, string> = {}
  let index = 0
  for (let arg = args[index]; arg?.startsWith('-') === true; arg = args[index]) {
    const option = optionAt(arg, args[index + 1])
    if (/^(-e|--env)$/.test(option.name)) Object.assign(environment, assignment(option.value))
    index += option.length
  }
  const image = args[index] ?? ''
  const entry = ENTRY_POINTS.find(([pattern]) => pattern.test(image))?.[1]
  if (entry === undefined) return undefined
  return { command: [...entry, ...args.slice(index + 1)], environment }
}

function optionAt(
  arg: string,
  next = '',
): { readonly name: string; readonly value: string; readonly length: number } {
  const at = arg.indexOf('=')
  if (at !== -1) return { name: arg.slice(0, at), value: arg.slice(at + 1), length: 1 }
  const isSwitch = SWITCHES.has(arg) || /^-[a-z]{2,}$/.test(arg)
  return { name: arg, value: next, length: isSwitch ? 1 : 2 }
}

function assignment(text: string): Environment {
  const at = text.indexOf('=')
  return at === -1 ? {} : { [text.slice(0, at)]: text.slice(at + 1) }
}

// Options of docker run without a value; -it and its like are switches written together
const SWITCHES: ReadonlySet<string> = new Set(
  '-i -t -d -P --rm --init --detach --interactive --tty --privileged --read-only --publish-all --no-healthcheck --replace'.split(
    ' ',
  ),
)

const ENTRY_POINTS: readonly (readonly [RegExp, readonly string[]])[] = [
  [/(^|\/)vllm-openai(:|@|$)/, ['vllm', 'serve']],
  [/(^|\/)llama\.cpp:(server|full)/, ['llama-server']],
  [/(^|\/)text-generation-inference(:|@|$)/, ['text-generation-launcher']],
  [/(^|\/)sglang(:|@|$)/, []],
  [/(^|\/)ollama(:|@|$)/, ['ollama']],
]
