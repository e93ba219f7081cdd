/** The program that a command line runs, seen through a Python interpreter: never a substring of some argument. */
export interface Program {
  /** Base name of the executable or script, or the module after `-m`. */
  readonly name: string
  readonly kind: 'executable' | 'script' | 'module'
  /** The arguments behind it. */
  readonly args: readonly string[]
}

/** undefined for an empty command line, and for an interpreter that runs neither script nor module. */
export function programOf(command: readonly string[]): Program | undefined {
  const [executable, ...args] = command
  if (executable === undefined) return undefined
  const name = baseName(executable)
  if (!isPython(name)) return { name, kind: 'executable', args }
  return pythonProgram(args)
}

/** `--name value` and `--name=value`; dashes and underscores are the same, as argparse and typer take them. */
export function flagValue(args: readonly string[], name: string): string | undefined {
  const values = VALUES.get(args) ?? readValues(args)
  VALUES.set(args, values)
  return values.get(sameDashes(name))
}

// several flags of the same command are asked for at every tick; what is remembered follows from it alone
const VALUES = new WeakMap<readonly string[], ReadonlyMap<string, string | undefined>>()

/** The first of equal flags counts. */
function readValues(args: readonly string[]): ReadonlyMap<string, string | undefined> {
  const values = new Map<string, string | undefined>()
  for (const [at, arg] of args.entries()) {
    if (!arg.startsWith('--')) continue
    const equals = arg.indexOf('=')
    const flag = sameDashes(arg.slice(2, equals === -1 ? undefined : equals))
    if (!values.has(flag)) values.set(flag, equals === -1 ? args[at + 1] : arg.slice(equals + 1))
  }
  return values
}

/** Whether a flag without a value is set. */
export function hasFlag(args: readonly string[], name: string): boolean {
  return args.some((arg) => arg.startsWith('--') && sameDashes(arg.slice(2)) === sameDashes(name))
}

// CPython's short options may be written together, and the one that takes a value comes last (python -h)
const TAKES_NEXT = /^-[^-cmWX]*[WX]$/
const RUNS_CODE = /^-[^-cmWX]*([cm])(.*)$/

function pythonProgram(args: readonly string[]): Program | undefined {
  const at = args.findIndex((arg, i) => decides(arg) && !TAKES_NEXT.test(args[i - 1] ?? ''))
  const arg = args[at]
  if (arg === undefined || arg === '-') return undefined
  const rest = args.slice(at + 1)
  if (!arg.startsWith('-')) return { name: baseName(arg), kind: 'script', args: rest }
  const [, option, attached = ''] = RUNS_CODE.exec(arg) ?? []
  const [name, ...moduleArgs] = attached === '' ? rest : [attached, ...rest]
  return option === 'c' || name === undefined ? undefined : { name, kind: 'module', args: moduleArgs }
}

/** A script, code or a module, or standard input. */
function decides(arg: string): boolean {
  return !arg.startsWith('-') || arg === '-' || RUNS_CODE.test(arg)
}

function isPython(name: string): boolean {
  return /^python[0-9.]*$/.test(name)
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function sameDashes(flag: string): string {
  return flag.replaceAll('_', '-')
}
