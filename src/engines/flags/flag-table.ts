import type { EngineId } from '../../model/workload.ts'
import type { Finding } from './engine-flags.ts'
import type { FlagRule } from './rule.ts'

/** The flags of an engine, as far as they decide memory or how a command line is divided. */
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
 * How many arguments a flag is with its values, `behind` being what follows it. A flag that the table does not have takes the
 * next argument for its value, unless that is a flag itself.
 */
export function flagLength(
  table: FlagTable | undefined,
  argument: string,
  behind: readonly string[],
): number {
  const [name, attached] = splitFlag(argument)
  const [next] = behind
  if (attached !== undefined || next === undefined) return 1
  const rule = ruleOf(table, name)
  switch (rule?.takes ?? takenByOther(table, name)) {
    case 'nothing':
      return 1
    case 'optional':
      return (rule === undefined ? isTruth(next) : rule.read(next) !== undefined) ? 2 : 1
    case 'list':
      return 1 + countValues(behind)
    case 'value':
      return rule === undefined && isFlag(next) ? 1 : 2
  }
}

export function ruleOf(table: FlagTable | undefined, name: string): FlagRule | undefined {
  return table?.rules.find(({ names }) => names.includes(name))
}

/** Of `--max_model_len=5` the name as tables have it, and the value. */
export function splitFlag(argument: string): readonly [name: string, attached: string | undefined] {
  const at = argument.indexOf('=')
  if (at === -1) return [sameFlag(argument), undefined]
  return [sameFlag(argument.slice(0, at)), argument.slice(at + 1)]
}

export function isFlag(argument: string): boolean {
  return /^-+[A-Za-z]/.test(argument)
}

/** `--max_model_len` and `--max-model-len` are the same long flag; short flags are taken as they are. */
function sameFlag(name: string): string {
  return name.startsWith('--') ? name.replaceAll('_', '-') : name
}

function takenByOther(table: FlagTable | undefined, name: string): FlagRule['takes'] {
  if (table?.lists?.includes(name) === true) return 'list'
  const isSwitch = table?.switches?.includes(name) === true || table?.switchesBegin?.test(name) === true
  return isSwitch ? 'optional' : 'value'
}

/** Older parsers let a switch be followed by `true` or `False`. */
function isTruth(text: string): boolean {
  return /^(?:true|false)$/i.test(text)
}

function countValues(args: readonly string[]): number {
  const end = args.findIndex(isFlag)
  return end === -1 ? args.length : end
}
