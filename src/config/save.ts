import {
  chown,
  lstat,
  mkdir,
  open,
  readFile,
  readlink,
  realpath,
  rename,
  stat,
  unlink,
} from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { asObject, type JsonObject } from '../core/decode.ts'
import { printable } from '../core/text.ts'
import { parseConfig } from './config-file.ts'
import { initText } from './init-text.ts'
import { settingOf, type Settings } from './settings.ts'
import { withTomlValues } from './toml-edit.ts'
import type { FileValue } from './value-types.ts'

export type SaveOutcome =
  | { readonly kind: 'saved'; readonly keys: readonly string[] }
  /** `because` completes «not saved: …». */
  | { readonly kind: 'not-saved'; readonly because: string }

/**
 * Puts values into a configuration file, which is made if there is none. All else in the file stays as it is; the new text
 * takes its place at once or not at all. A symbolic link stays one: its target is written.
 */
export async function saveSettings(path: string, changes: Partial<Settings>): Promise<SaveOutcome> {
  const values = valuesOf(changes)
  try {
    const target = await targetOf(path)
    const before = await textOf(target)
    const after = await edited(path, before ?? (path.endsWith('.json') ? '{}\n' : initText()), values)
    if (after.kind === 'problem') return { kind: 'not-saved', because: after.because }
    await replace(target, after.text)
    return { kind: 'saved', keys: [...values.keys()] }
  } catch (error) {
    return { kind: 'not-saved', because: reason(path, error) }
  }
}

function valuesOf(changes: Partial<Settings>): ReadonlyMap<string, FileValue> {
  const entries = Object.entries(changes).flatMap(([name, value]) => {
    const setting = settingOf(name as keyof Settings)
    const written = setting.type.write(value)
    return written === undefined ? [] : [[setting.key, written] as const]
  })
  return new Map(entries)
}

type Edited =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'problem'; readonly because: string }

async function edited(path: string, before: string, values: ReadonlyMap<string, FileValue>): Promise<Edited> {
  const parsed = await parseConfig(path, before)
  if (parsed.kind === 'problem')
    return { kind: 'problem', because: `line ${parsed.line ?? 1} of it can't be read; mend it first` }
  const text = path.endsWith('.json')
    ? withJsonValues(before, parsed.values, values)
    : withTomlValues(before, values, await tomlCheck())
  const meant: JsonObject = { ...parsed.values, ...Object.fromEntries(values) }
  const after = await parseConfig(path, text)
  // what an unusual spelling may have led astray is not written
  return after.kind === 'values' && isDeepStrictEqual(plain(after.values), plain(meant))
    ? { kind: 'text', text }
    : { kind: 'problem', because: 'its form can only be changed by hand' }
}

/** Without the prototypes that a parser gives its tables. */
function plain(values: JsonObject): unknown {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const table = asObject(value)
      return [key, table === undefined || value instanceof Date ? value : plain(table)]
    }),
  )
}

async function tomlCheck(): Promise<(piece: string) => boolean> {
  const { parse } = await import('smol-toml')
  return (piece) => {
    try {
      parse(piece)
      return true
    } catch {
      return false
    }
  }
}

function withJsonValues(before: string, values: JsonObject, changes: ReadonlyMap<string, FileValue>): string {
  const indent = /^([ \t]+)"/m.exec(before)?.[1] ?? '  '
  return `${JSON.stringify({ ...values, ...Object.fromEntries(changes) }, null, indent)}\n`
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined
    throw error
  }
}

/** Where a path leads in the end: through links, also to a file that is not there yet. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    const link = await lstat(path).then(
      (found) => found.isSymbolicLink(),
      () => false,
    )
    return link ? resolve(dirname(path), await readlink(path)) : path
  }
}

const FOLDER_MODE = 0o700
const FILE_MODE = 0o644

export type CreateOutcome =
  { readonly kind: 'created' | 'exists' } | { readonly kind: 'failed'; readonly because: string }

/** Makes a file, or with `force` writes over the one that is there. */
export async function createFile(path: string, text: string, force: boolean): Promise<CreateOutcome> {
  try {
    const target = await targetOf(path)
    if (!force && (await textOf(target)) !== undefined) return { kind: 'exists' }
    await replace(target, text)
    return { kind: 'created' }
  } catch (error) {
    return { kind: 'failed', because: reason(path, error) }
  }
}

/** The whole text under the name at once: whoever reads meanwhile, or after a crash, finds the old one or the new one. */
async function replace(target: string, text: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true, mode: FOLDER_MODE })
  const before = await stat(target).catch(() => undefined)
  if (before?.isFile() === false) throw Object.assign(new Error('no regular file'), { code: 'EISDIR' })
  const draft = `${target}.${process.pid}.tmp`
  const file = await open(draft, 'wx', before === undefined ? FILE_MODE : before.mode & 0o777)
  try {
    await file.writeFile(text)
    await file.sync()
    await file.close()
    // of root, who saves for somebody else
    if (before !== undefined && process.getuid?.() === 0) await chown(draft, before.uid, before.gid)
    await rename(draft, target)
  } catch (error) {
    await file.close().catch(() => undefined)
    await unlink(draft).catch(() => undefined)
    throw error
  }
}

function reason(path: string, error: unknown): string {
  switch (codeOf(error)) {
    case 'EACCES':
    case 'EPERM':
      return `there is no permission to write '${printable(path)}'`
    case 'EROFS':
      return `'${printable(path)}' lies on a file system that is read-only`
    case 'ENOSPC':
    case 'EDQUOT':
      return 'the disk is full'
    case 'EISDIR':
      return `'${printable(path)}' is no regular file`
    case 'ENOTDIR':
    case 'EEXIST':
      return `a file is in the way of '${printable(path)}'`
    default:
      return printable(error instanceof Error ? error.message : String(error))
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
