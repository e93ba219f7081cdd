import type { EngineId } from '../../model/workload.ts'
import { flagLength, splitFlag } from './flag-table.ts'
import { FLAG_TABLES } from './tables.ts'

/** A flag to set, or to take away. */
export interface FlagChange {
  /** Every spelling; the first is written where the command has none of them. */
  readonly names: readonly [string, ...string[]]
  /** undefined: the flag is taken away; `''`: a switch without a value. */
  readonly value: string | undefined
}

/**
 * The user's own command with only these flags changed: in its own spelling and place where it has them, else at the end.
 * What belongs to a flag that goes away is by the table of its engine.
 * Of several the last one is changed: it is the one that counts, and before it may stand those of a wrapper.
 */
export function changeFlags(
  command: readonly string[],
  engine: EngineId,
  changes: readonly FlagChange[],
): readonly string[] {
  return changes.reduce((changed, change) => changeFlag(changed, engine, change), command)
}

/** The command as one would type it: arguments that a shell would take apart are quoted. */
export function shellCommand(command: readonly string[]): string {
  return command.map(quoted).join(' ')
}

function changeFlag(
  command: readonly string[],
  engine: EngineId,
  { names, value }: FlagChange,
): readonly string[] {
  const at = command.findLastIndex((arg) => names.includes(splitFlag(arg)[0]))
  const found = command[at]
  if (found === undefined) return value === undefined ? command : [...command, ...written(names[0], value)]
  const behind = command.slice(at + 1)
  const length = flagLength(FLAG_TABLES[engine], found, behind)
  const flag = found.includes('=') ? found.slice(0, found.indexOf('=') + 1) : found
  const replaced = value === undefined ? [] : written(flag, value)
  return [...command.slice(0, at), ...replaced, ...behind.slice(length - 1)]
}

function written(flag: string, value: string): readonly string[] {
  if (flag.endsWith('=')) return [`${flag}${value}`]
  return value === '' ? [flag] : [flag, value]
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./~-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`
}
