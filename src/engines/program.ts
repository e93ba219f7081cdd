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
  const wanted = sameDashes(name)
  for (const [at, arg] of args.entries()) {
    const [flag = '', ...rest] = arg.split('=')
    if (!flag.startsWith('--') || sameDashes(flag.slice(2)) !== wanted) continue
    return rest.length > 0 ? rest.join('=') : args[at + 1]
  }
  return undefined
}

/** Whether a flag without a value is set. */
export function hasFlag(args: readonly string[], name: string): boolean {
  return args.some((arg) => arg.startsWith('--') && sameDashes(arg.slice(2)) === sameDashes(name))
}

function pythonProgram(args: readonly string[]): Program | undefined {
  for (const [at, arg] of args.entries()) {
    const rest = args.slice(at + 1)
    if (arg === '-m') {
      const [module, ...moduleArgs] = rest
      return module === undefined ? undefined : { name: module, kind: 'module', args: moduleArgs }
    }
    if (arg === '-c') return undefined
    if (arg.startsWith('-')) continue
    // -W and -X take a value of their own: python -X faulthandler script.py
    if (args[at - 1] === '-W' || args[at - 1] === '-X') continue
    return { name: baseName(arg), kind: 'script', args: rest }
  }
  return undefined
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
