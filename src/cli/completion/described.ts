import type { Argument, Command, Option } from 'commander'

/** A command as completion and the man page see it: what commander knows, and nothing else. */
export interface Described {
  /** The words behind `llmtop`: none for the program itself. */
  readonly path: readonly string[]
  readonly description: string
  readonly options: readonly DescribedOption[]
  /** What its operands are; the last one goes on. */
  readonly operands: readonly Completed[]
  readonly commands: readonly Described[]
}

export interface DescribedOption {
  readonly names: readonly string[]
  readonly description: string
  /** undefined for a switch. */
  readonly value: Completed | undefined
  readonly placeholder: string | undefined
}

/** What can stand somewhere. */
export type Completed =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'hosts' | 'models' | 'commands' | 'text' }

/** The whole tree of commands, the default command's options at its root, too. */
export function described(program: Command): Described {
  const root = describe(program, [])
  const options = root.commands.find(({ path }) => path[0] === 'watch')?.options ?? []
  const known = new Set(root.options.flatMap(({ names }) => names))
  return {
    ...root,
    options: [...root.options, ...options.filter(({ names }) => !names.some((name) => known.has(name)))],
  }
}

function describe(command: Command, path: readonly string[]): Described {
  return {
    path,
    description: command.description(),
    options: command
      .createHelp()
      .visibleOptions(command)
      .map((option) => optionOf(option)),
    operands: path[0] === 'watch' ? [] : command.registeredArguments.map(operandOf),
    commands: command.commands.map((one) => describe(one, [...path, one.name()])),
  }
}

function optionOf(option: Option): DescribedOption {
  const { short, long, description, argChoices } = option
  const placeholder = /[<[](.*?)(?:\.\.\.)?[>\]]/.exec(option.flags)?.[1]
  return {
    names: [short, long].flatMap((name) => name ?? []),
    description,
    placeholder,
    value: placeholder === undefined ? undefined : valueOf(placeholder, argChoices),
  }
}

function operandOf(operand: Argument): Completed {
  return valueOf(operand.name(), operand.argChoices)
}

/** The name of a value says what it is. */
function valueOf(name: string, choices: readonly string[] | undefined): Completed {
  if (choices !== undefined) return { kind: 'words', words: choices }
  switch (name) {
    case 'file':
    case 'in':
    case 'path':
      return { kind: 'files' }
    case 'host':
      return { kind: 'hosts' }
    case 'model':
      return { kind: 'models' }
    case 'command':
      return { kind: 'commands' }
    case 'on|off':
      return { kind: 'words', words: ['on', 'off'] }
    default:
      return { kind: 'text' }
  }
}
