import { stated } from '../../core/stated.ts'
import { printable } from '../../core/text.ts'
import type { EngineId } from '../../model/workload.ts'
import type { EngineFlags, Finding, SettingKey } from './engine-flags.ts'
import type { FlagRule } from './rule.ts'

export type Environment = Readonly<Partial<Record<string, string>>>

export interface FlagTable {
  readonly engine: EngineId
  readonly rules: readonly FlagRule[]
  /** Flags without a value that do not matter here: what follows them is not their value. */
  readonly switches?: readonly string[]
  /** The same for all flags that begin so. */
  readonly switchesBegin?: RegExp
  /** Flags with any number of values that do not matter here: they go on until the next flag. */
  readonly lists?: readonly string[]
  /** The first argument that belongs to no flag; it wins over flags. */
  readonly positional?: (value: string) => Finding
}

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
    if (!isFlag(argument)) operands.push(argument)
    const isList = table.lists?.includes(sameFlag(argument)) === true
    if (isList) index += 1 + countValues(args.slice(index + 1))
    else index += isFlag(argument) ? readOne(table, argument, args.slice(index + 1), collected) : 1
  }
  return operands
}

function countValues(args: readonly string[]): number {
  const end = args.findIndex(isFlag)
  return end === -1 ? args.length : end
}

/** `--Max_Model-Len` and `--max-model-len` are the same long flag; short flags are taken as they are. */
export function sameFlag(name: string): string {
  return name.startsWith('--') ? name.replaceAll('_', '-') : name
}

function isFlag(argument: string): boolean {
  return /^-+[A-Za-z]/.test(argument)
}

/** Reads a flag with its value; returns how many arguments that were. */
function readOne(
  table: FlagTable,
  argument: string,
  behind: readonly string[],
  collected: Collected,
): number {
  const [name, attached] = splitFlag(argument)
  const rule = table.rules.find(({ names }) => names.includes(name))
  if (rule === undefined) return skipUnknown(table, name, attached, behind[0])
  if (attached !== undefined) return readAttached(rule, argument, attached, collected)
  return rule.takes === 'list'
    ? readList(rule, argument, behind.slice(0, countValues(behind)), collected)
    : readBehind(rule, argument, behind[0], collected)
}

function readList(rule: FlagRule, argument: string, values: readonly string[], collected: Collected): number {
  collected.add(rule.read(values.join(' ')), 'argv', [argument, ...values].join(' '), nameIn(argument))
  return 1 + values.length
}

function readAttached(rule: FlagRule, argument: string, value: string, collected: Collected): number {
  collected.add(rule.read(value), 'argv', argument, nameIn(argument))
  return 1
}

/** The value, where there is one, is the next argument. */
function readBehind(
  rule: FlagRule,
  argument: string,
  next: string | undefined,
  collected: Collected,
): number {
  if (rule.takes === 'nothing') return readAttached(rule, argument, '', collected)
  const finding = next === undefined ? undefined : rule.read(next)
  if (rule.takes === 'optional' && finding === undefined) return readAttached(rule, argument, '', collected)
  const where = next === undefined ? argument : `${argument} ${next}`
  collected.add(finding, 'argv', where, nameIn(argument))
  return 2
}

/** As it is written. */
function nameIn(argument: string): string {
  return argument.split('=')[0] ?? argument
}

function splitFlag(argument: string): readonly [name: string, attached: string | undefined] {
  const at = argument.indexOf('=')
  if (at === -1) return [sameFlag(argument), undefined]
  return [sameFlag(argument.slice(0, at)), argument.slice(at + 1)]
}

function skipUnknown(
  table: FlagTable,
  name: string,
  attached: string | undefined,
  next: string | undefined,
): number {
  const hasValue = attached === undefined && next !== undefined && !isFlag(next)
  const isSwitch = table.switches?.includes(name) === true || table.switchesBegin?.test(name) === true
  return hasValue && !isSwitch ? 2 : 1
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
    const keys: SettingKey[] = [
      ...(Object.keys(settings ?? {}) as (keyof typeof flags.settings)[]),
      ...(Object.keys(files ?? {}) as (keyof typeof flags.files)[]),
      ...(model === undefined ? [] : ['model' as const]),
      ...(quantization === undefined ? [] : ['quantization' as const]),
    ]
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
