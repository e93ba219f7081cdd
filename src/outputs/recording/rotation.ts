import { lstat, readdir, rename, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { namesBetween, STAMP, withSuffix } from './file-names.ts'

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

/** Deletes of the files with a time in their names those that are not to be kept, when another one is to come. Throws. */
export async function deleteStamped(path: string, keep: Keep, nowEpochMs: number): Promise<void> {
  const names = await readdir(dirname(path))
  const newestFirst = [...namesBetween(path, names, STAMP)].sort().reverse()
  for (const [at, stamp] of newestFirst.entries()) {
    const file = withSuffix(path, stamp)
    const isSurplus = keep.kind === 'files' ? at + 1 >= keep.count : await isOlder(file, keep.ms, nowEpochMs)
    if (isSurplus) await unlink(file)
  }
}

function numbered(path: string, number: number): string {
  return withSuffix(path, `.${number}`)
}

async function numbersAt(path: string): Promise<readonly number[]> {
  const names = await readdir(dirname(path))
  return namesBetween(path, names, /^\.[1-9]\d{0,8}$/).map((middle) => Number(middle.slice(1)))
}

async function isOver(path: string, number: number, keep: Keep, nowEpochMs: number): Promise<boolean> {
  switch (keep.kind) {
    case 'files':
      return number + 1 >= keep.count
    case 'age':
      return isOlder(path, keep.ms, nowEpochMs)
  }
}

async function isOlder(path: string, ms: number, nowEpochMs: number): Promise<boolean> {
  return nowEpochMs - (await lstat(path)).mtimeMs > ms
}
