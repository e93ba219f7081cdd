import { readModelName } from './model-name.ts'
import type { CatalogueRow } from './row.ts'
import { CATALOGUE } from './rows.ts'

export type Resolution =
  | { readonly kind: 'found'; readonly row: CatalogueRow; readonly quantization: string | undefined }
  | {
      readonly kind: 'unknown'
      /** Names of the catalogue that share the most with what was asked for; perhaps it is derived from one of them. */
      readonly nearest: readonly string[]
    }

/**
 * The model behind a name: `llama3.1:8b`, `meta-llama/Llama-3.1-8B-Instruct`, `Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf`.
 * A name with one word more than the catalogue has (`Hermes-3-Llama-3.1-8B`) is unknown, because nobody here can know that
 * the shape is the same; the likely ancestor is then among the nearest.
 */
export function resolveModel(name: string): Resolution {
  const { key, words, quantization } = readModelName(name)
  const row = BY_KEY.get(key)
  if (row !== undefined) return { kind: 'found', row, quantization }
  return { kind: 'unknown', nearest: nearest(words) }
}

const KEYS: readonly (readonly [key: string, row: CatalogueRow])[] = CATALOGUE.flatMap((row) =>
  [row.architecture.name, ...row.aliases].map((name) => [readModelName(name).key, row] as const),
)

const BY_KEY: ReadonlyMap<string, CatalogueRow> = new Map(KEYS)

const MOST_SUGGESTIONS = 3
/** Of 2: a maker's name alone is not enough to suggest a model. */
const LEAST_SCORE = 1.2

function nearest(words: readonly string[]): readonly string[] {
  const asked = new Set(words)
  const scored = CATALOGUE.map((row) => {
    const own = readModelName(row.architecture.name).words
    const shared = letters(own.filter((word) => asked.has(word)))
    return {
      name: row.architecture.name,
      score: shared / letters(own) + shared / Math.max(letters(words), 1),
    }
  })
  return scored
    .filter(({ score }) => score >= LEAST_SCORE)
    .sort((a, b) => b.score - a.score)
    .slice(0, MOST_SUGGESTIONS)
    .map((candidate) => candidate.name)
}

/** A long word says more than a short one. */
function letters(words: readonly string[]): number {
  return words.join('').length
}
