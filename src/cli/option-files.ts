import { readFile } from 'node:fs/promises'
import { printable } from '../core/text.ts'

/**
 * The texts of files that options name, by option; where one can't be had or is empty, a sentence that says which and why.
 * Keys, tokens and certificates are given so, because a command line can be read by everybody on the machine.
 */
export async function readOptionFiles<Name extends string>(
  files: Readonly<Record<Name, string | undefined>>,
): Promise<Readonly<Partial<Record<Name, string>>> | string> {
  const texts: Partial<Record<Name, string>> = {}
  for (const name of Object.keys(files) as Name[]) {
    const file = files[name]
    if (file === undefined) continue
    const what = `the file of ${name}, '${printable(file)}',`
    try {
      const text = (await readFile(file, 'utf8')).trim()
      if (text === '') return `${what} is empty`
      texts[name] = text
    } catch (error) {
      return `${what} ${whyNot(error)}`
    }
  }
  return texts
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ENOENT') return 'is not there'
  if (code === 'EACCES') return 'may not be read by this user'
  if (code === 'EISDIR') return 'is a folder'
  return `can't be read: ${printable(error instanceof Error ? error.message : String(error))}`
}
