import { printable } from '../core/text.ts'

/**
 * The boundary for our own bugs: first the terminal is restored, then the report is printed, then the program ends.
 * A later call takes the place of an earlier one.
 * @param restore must bring the terminal back at once, whatever state the program is in
 */
export function guardAgainstCrash(version: string, restore: () => void): void {
  const onCrash = (error: unknown): void => {
    restore()
    process.stderr.write(crashReport(version, error))
    process.exit(1)
  }
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.removeAllListeners(event)
    process.on(event, onCrash)
  }
}

/** What broke, with its causes and place, and what to do with it. blessed-contrib throws plain strings. */
export function crashReport(version: string, error: unknown): string {
  const lines = [`llmtop ${version} has a bug and had to stop: ${describe(error)}`]
  let cause = error instanceof Error ? error.cause : undefined
  while (cause !== undefined) {
    lines.push(`  because: ${describe(cause)}`)
    cause = cause instanceof Error ? cause.cause : undefined
  }
  const place = error instanceof Error ? error.stack?.split('\n').slice(1, 4) : undefined
  lines.push(...(place ?? []).map((line) => `  ${printable(line.trim())}`))
  lines.push(
    'please report these lines, with the log or recording that was being watched if you can share it',
  )
  return `${lines.join('\n')}\n`
}

function describe(error: unknown): string {
  return printable(error instanceof Error ? error.message : String(error))
}
