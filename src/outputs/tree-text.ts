import type { Missing, Reading } from '../core/reading.ts'

/** A JSON value in which readings still stand where values will. */
export type Tree =
  | string
  | number
  | boolean
  | null
  | Reading<string | number | boolean>
  | readonly Tree[]
  | { readonly [key: string]: Tree }

/** The tree as JSON text, and an entry of `missing` for each reading that is not known, as JSON text too. */
export interface TreeText {
  readonly text: string
  readonly missing: readonly string[]
}

/**
 * Written at once: a frame of a busy machine has three thousand values, of which objects would be made first and text then.
 * Keys are names of ours, which need no escapes.
 */
export function treeText(tree: Tree): TreeText {
  const missing: string[] = []
  const text = textOf(tree, '', '', missing)
  return { text, missing }
}

/** The path is that of what holds the tree, and the tree's own place in it: they are only joined where somebody needs it. */
function textOf(tree: Tree, path: string, place: string, missing: string[]): string {
  if (typeof tree === 'string') return JSON.stringify(tree)
  // as JSON.stringify has it: what is no number is null
  if (typeof tree === 'number') return Number.isFinite(tree) ? String(tree) : 'null'
  if (typeof tree !== 'object' || tree === null) return String(tree)
  if (isList(tree)) return listText(tree, path + place, missing)
  if (!isReading(tree)) return objectText(tree, path + place, missing)
  if (tree.kind === 'known') return textOf(tree.value, path, place, missing)
  missing.push(missingText(path + place, tree))
  return 'null'
}

function listText(list: readonly Tree[], path: string, missing: string[]): string {
  let text = ''
  for (let at = 0; at < list.length; at += 1)
    text += `${at === 0 ? '' : ','}${textOf(list[at] ?? null, path, `[${at}]`, missing)}`
  return `[${text}]`
}

function objectText(object: Readonly<Record<string, Tree>>, path: string, missing: string[]): string {
  const before = path === '' ? '' : `${path}.`
  let text = ''
  for (const key of Object.keys(object)) {
    const value = object[key]
    if (value !== undefined)
      text += `${text === '' ? '' : ','}"${key}":${textOf(value, before, key, missing)}`
  }
  return `{${text}}`
}

function missingText(path: string, { reason, detail }: Missing): string {
  return `{"path":"${path}","reason":"${reason}"${detail === undefined ? '' : `,"detail":${JSON.stringify(detail)}`}}`
}

function isList(tree: Tree & object): tree is readonly Tree[] {
  return Array.isArray(tree)
}

/** A trend and a fault have a `kind` too, but never these two. */
function isReading(tree: Tree & object): tree is Reading<string | number | boolean> {
  return 'kind' in tree && (tree.kind === 'known' || tree.kind === 'missing')
}
