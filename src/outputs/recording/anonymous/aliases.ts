/** Other names, the same for the same: the first thing that is named is number 1. */
export interface Aliases {
  /** The number of a thing that has one, whatever its case. */
  numberOf(name: string): number
  has(name: string): boolean
}

export function aliases(): Aliases {
  const numbers = new Map<string, number>()
  return {
    numberOf(name) {
      const key = name.toLowerCase()
      const present = numbers.get(key)
      if (present !== undefined) return present
      numbers.set(key, numbers.size + 1)
      return numbers.size
    },
    has: (name) => numbers.has(name.toLowerCase()),
  }
}

/** A number as so many hexadecimal digits. */
export function hexDigits(value: number, count: number): string {
  return value.toString(16).padStart(count, '0')
}
