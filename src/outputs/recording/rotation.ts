import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** When a recording begins a new file, and which of the old ones stay. */
export interface Rotation {
  /** A file that is larger is followed by another, at the end of a gzip member. */
  readonly maxBytes: number
  /** So is one that was begun so long ago. */
  readonly maxMs: number
  readonly keep: Keep
}

export type Keep =
  /** So many files, the one being written included. */
  | { readonly kind: 'files'; readonly count: number }
  /** What was written to since so long ago. */
  | { readonly kind: 'age'; readonly ms: number }

/**
 * Makes room for a new file at `path`: `node7.ndjson.gz` becomes `node7.1.ndjson.gz`, that `node7.2.ndjson.gz`, and so on;
 * what is not to be kept is deleted. Throws what the system says.
 */
export async function rotateFiles(path: string, keep: Keep, nowEpochMs: number): Promise<void> {
  const numbers = await numbersAt(path)
  for (const number of numbers.toSorted((a, b) => b - a)) {
    const old = numbered(path, number)
    if (await isOver(old, number, keep, nowEpochMs)) await unlink(old)
    else await rename(old, numbered(path, number + 1))
  }
  if (keep.kind === 'files' && keep.count <= 1) await unlink(path)
  else await rename(path, numbered(path, 1))
}

/** `node7.ndjson.gz` → `node7.3.ndjson.gz`. */
export function numbered(path: string, number: number): string {
  return withSuffix(path, `.${number}`)
}

/** The path with something between its name and its extension. */
export function withSuffix(path: string, suffix: string): string {
  const name = basename(path)
  const extension = /(?:\.ndjson)?(?:\.[^.]+)?$/.exec(name)?.[0] ?? ''
  return join(dirname(path), `${name.slice(0, name.length - extension.length)}${suffix}${extension}`)
}

async function numbersAt(path: string): Promise<readonly number[]> {
  const [before = '', after = ''] = basename(withSuffix(path, '\0')).split('\0')
  const names = await readdir(dirname(path))
  return names.flatMap((name) => {
    if (!name.startsWith(before) || !name.endsWith(after)) return []
    const middle = name.slice(before.length, name.length - after.length)
    return /^\.[1-9]\d{0,8}$/.test(middle) ? [Number(middle.slice(1))] : []
  })
}

async function isOver(path: string, number: number, keep: Keep, nowEpochMs: number): Promise<boolean> {
  switch (keep.kind) {
    case 'files':
      return number + 1 >= keep.count
    case 'age':
      return nowEpochMs - (await lstat(path)).mtimeMs > keep.ms
  }
}
