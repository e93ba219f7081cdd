/** The shortest beginning of a list that, repeated, gives the whole list: `[a, b, a, b, a]` is `[a, b]`. */
export function shortestPattern<T>(list: readonly T[]): readonly T[] {
  // only short periods are of use, and a list that has none must not cost the square of its length
  const longest = Math.min(MAX_PERIOD, list.length)
  for (let period = 1; period <= longest; period++) {
    if (list.every((value, index) => value === list[index % period])) return list.slice(0, period)
  }
  return list
}

const MAX_PERIOD = 64
