import type { Missing, Reading } from '../core/reading.ts'

/** A JSON value, as `llmtop.frame/1` is made of. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

export type JsonObject = Readonly<Record<string, Json>>

/** A JSON value in which readings still stand where values will. */
export type Tree = Json | Reading<string | number | boolean> | readonly Tree[] | TreeObject

export interface TreeObject {
  readonly [key: string]: Tree
}

/**
 * The tree with the value of each reading in its place, null where that is not known; and for each of those its path and
 * the reason.
 */
export function treeJson(tree: TreeObject): {
  readonly json: JsonObject
  readonly missing: readonly JsonObject[]
} {
  const missing: JsonObject[] = []
  return { json: objectOf(tree, '', missing), missing }
}

/**
 * The path is that of what holds the tree, and the tree's own place in it: they are only joined where somebody needs it,
 * since most of the three thousand values of a busy machine are known.
 */
function jsonOf(tree: Tree, path: string, place: string, missing: JsonObject[]): Json {
  if (typeof tree !== 'object' || tree === null) return tree
  if (isList(tree)) {
    const here = path + place
    return tree.map((one, at) => jsonOf(one, here, `[${at}]`, missing))
  }
  if (!isReading(tree)) return objectOf(tree, `${path}${place}.`, missing)
  if (tree.kind === 'known') return tree.value
  missing.push(missingAt(path + place, tree))
  return null
}

function objectOf(object: TreeObject, path: string, missing: JsonObject[]): JsonObject {
  const json: Record<string, Json> = {}
  for (const [key, value] of Object.entries(object)) json[key] = jsonOf(value, path, key, missing)
  return json
}

function missingAt(path: string, { reason, detail }: Missing): JsonObject {
  return detail === undefined ? { path, reason } : { path, reason, detail }
}

function isList(tree: Tree & object): tree is readonly Tree[] {
  return Array.isArray(tree)
}

/** A trend and a fault have a `kind` too, but never these two. */
function isReading(tree: Tree & object): tree is Reading<string | number | boolean> {
  return 'kind' in tree && (tree.kind === 'known' || tree.kind === 'missing')
}
