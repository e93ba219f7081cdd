/** The word that was meant: the one that the fewest slips of the keyboard turn into `text`; undefined where none is near. */
export function nearest<T extends string>(text: string, words: readonly T[]): T | undefined {
  const asked = text.toLowerCase()
  const scored = words
    .map((word) => ({ word, slips: slipsBetween(asked, word.toLowerCase()) }))
    .filter(({ word, slips }) => slips <= Math.max(word.length, asked.length) * MOST_SLIPS_PER_LETTER)
    .sort((a, b) => a.slips - b.slips)
  return scored[0]?.word
}

// commander suggests by the same share (its suggestSimilar.js)
const MOST_SLIPS_PER_LETTER = 0.4

/** Letters left out, added, changed or swapped with their neighbour (Damerau–Levenshtein, optimal string alignment). */
function slipsBetween(a: string, b: string): number {
  let before: readonly number[] = []
  let last: readonly number[] = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swaps = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const swapped = swaps ? at(before, j - 2) + 1 : Infinity
      row.push(Math.min(at(last, j) + 1, at(row, j - 1) + 1, changed, swapped))
    }
    before = last
    last = row
  }
  return at(last, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity
}
