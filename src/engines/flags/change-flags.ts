import { sameFlag } from './read-flags.ts'

/** A flag to set, or to take away. */
export interface FlagChange {
  /** Every spelling; the first is written where the command has none of them. */
  readonly names: readonly [string, ...string[]]
  /** undefined: the flag is taken away; `''`: a switch without a value. */
  readonly value: string | undefined
}

/**
 * The user's own command with only these flags changed: in its own spelling and place where it has them, else at the end.
 * Of several the last one is changed: it is the one that counts, and before it may stand those of a wrapper.
 */
export function changeFlags(command: readonly string[], changes: readonly FlagChange[]): readonly string[] {
  return changes.reduce(changeFlag, command)
}

/** The command as one would type it: arguments that a shell would take apart are quoted. */
export function shellCommand(command: readonly string[]): string {
  return command.map(quoted).join(' ')
}

function changeFlag(command: readonly string[], { names, value }: FlagChange): readonly string[] {
  const at = command.findLastIndex((arg) => names.includes(flagName(arg)))
  const found = command[at]
  if (found === undefined) return value === undefined ? command : [...command, ...written(names[0], value)]
  const isAttached = found.includes('=')
  const next = command[at + 1]
  const hasValue = !isAttached && next !== undefined && !/^-+[A-Za-z]/.test(next)
  const replaced =
    value === undefined ? [] : written(isAttached ? found.slice(0, found.indexOf('=') + 1) : found, value)
  return [...command.slice(0, at), ...replaced, ...command.slice(at + (hasValue ? 2 : 1))]
}

function flagName(arg: string): string {
  return sameFlag(arg.split('=')[0] ?? '')
}

function written(flag: string, value: string): readonly string[] {
  if (flag.endsWith('=')) return [`${flag}${value}`]
  return value === '' ? [flag] : [flag, value]
}

function quoted(arg: string): string {
  return /^[\w@%+=:,./~-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`
}
