import { stated } from '../../core/stated.ts'
import { printable } from '../../core/text.ts'
import type { EngineFlags, Finding, SettingKey } from './engine-flags.ts'
import { flagLength, isFlag, ruleOf, splitFlag, type FlagTable } from './flag-table.ts'
import type { FlagRule } from './rule.ts'

export type Environment = Readonly<Partial<Record<string, string>>>

/**
 * Reads a command line by an engine's table: `--flag value`, `--flag=value`, short forms, underscores for dashes. The
 * environment is read first, and argv wins. Unknown flags are left alone; the last of equal flags counts.
 */
export function readFlags(
  table: FlagTable,
  args: readonly string[],
  environment: Environment = {},
): EngineFlags {
  const collected = new Collected(table)
  readEnvironment(table, environment, collected)
  const [operand] = readArguments(table, args, collected)
  if (operand !== undefined) collected.add(table.positional?.(operand) ?? {}, 'argv', operand, undefined)
  return collected.flags()
}

function readEnvironment(table: FlagTable, environment: Environment, collected: Collected): void {
  for (const { variable, read } of table.rules) {
    const value = variable === undefined ? undefined : environment[variable]
    if (variable !== undefined && value !== undefined) {
      collected.add(read(value), 'environment', `${variable}=${value}`, variable)
    }
  }
}

/** Reads the flags; returns what belongs to none of them. */
function readArguments(table: FlagTable, args: readonly string[], collected: Collected): readonly string[] {
  const operands: string[] = []
  let index = 0
  for (let argument = args[index]; argument !== undefined; argument = args[index]) {
    if (!isFlag(argument)) {
      operands.push(argument)
      index += 1
      continue
    }
    const length = flagLength(table, argument, args.slice(index + 1))
    readFlag(table, argument, args.slice(index + 1, index + length), collected)
    index += length
  }
  return operands
}

function readFlag(table: FlagTable, argument: string, values: readonly string[], collected: Collected): void {
  const [name, attached] = splitFlag(argument)
  const rule = ruleOf(table, name)
  if (rule === undefined) return
  const text = attached ?? (values.length === 0 && rule.takes === 'value' ? undefined : values.join(' '))
  const written = argument.split('=')[0] ?? argument
  collected.add(
    text === undefined ? undefined : rule.read(text),
    'argv',
    [argument, ...values].join(' '),
    written,
  )
}

/** What the flags say together; later findings win. */
class Collected {
  #flags: EngineFlags

  constructor({ engine, rules }: FlagTable) {
    this.#flags = {
      engine,
      model: undefined,
      settings: { engine },
      quantization: undefined,
      files: {},
      origins: {},
      names: namesIn(rules),
      problems: [],
    }
  }

  flags(): EngineFlags {
    return this.#flags
  }

  add(
    finding: Finding | undefined,
    origin: 'argv' | 'environment',
    where: string,
    name: string | undefined,
  ): void {
    const flags = this.#flags
    if (finding === undefined) {
      this.#flags = { ...flags, problems: [...flags.problems, `'${short(where)}' can't be read`] }
      return
    }
    const { settings, model, quantization, files, settingsFile, problem } = finding
    const keys = keysIn(finding)
    this.#flags = {
      engine: flags.engine,
      model: model ?? flags.model,
      settings: { ...flags.settings, ...settings },
      quantization: quantization ?? flags.quantization,
      files: { ...flags.files, ...files },
      ...stated({ settingsFile: settingsFile ?? flags.settingsFile }),
      origins: { ...flags.origins, ...Object.fromEntries(keys.map((key) => [key, origin])) },
      names: name === undefined ? flags.names : { ...flags.names, ...allNamed(keys, name) },
      problems: problem === undefined ? flags.problems : [...flags.problems, problem],
    }
  }
}

function keysIn({ settings = {}, files = {}, model, quantization }: Finding): readonly SettingKey[] {
  return [
    ...(Object.keys(settings) as (keyof typeof settings)[]),
    ...(Object.keys(files) as (keyof typeof files)[]),
    ...(model === undefined ? [] : ['model' as const]),
    ...(quantization === undefined ? [] : ['quantization' as const]),
  ]
}

// Of several flags for one setting the first is the one to write.
function namesIn(rules: readonly FlagRule[]): EngineFlags['names'] {
  return Object.assign(
    {},
    ...rules.toReversed().map(({ names: [name], variable, sets = [] }) => allNamed(sets, name ?? variable)),
  ) as EngineFlags['names']
}

function allNamed(keys: readonly SettingKey[], name: string | undefined): EngineFlags['names'] {
  return name === undefined ? {} : Object.fromEntries(keys.map((key) => [key, printable(name)]))
}

function short(text: string): string {
  const clean = printable(text)
  return clean.length > 60 ? `${clean.slice(0, 59)}…` : clean
}
