/** Makes a value and all that hangs on it unchangeable, maps and sets included: whoever writes to it throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  if (value instanceof Map || value instanceof Set) {
    for (const method of ['set', 'add', 'delete', 'clear'])
      Object.defineProperty(value, method, { value: refuse })
  }
  Object.freeze(value)
  for (const part of partsOf(value)) deepFreeze(part)
  return value
}

/** How many values hang on it, and how long all its texts are together: what grows when something is never forgotten. */
export function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 1
  return partsOf(value).reduce<number>((total, part) => total + sizeOf(part), 1)
}

function partsOf(value: object): readonly unknown[] {
  if (value instanceof Map || value instanceof Set) return [...value].flat()
  return Object.values(value)
}

function refuse(): never {
  throw new Error('the input of a pure function was changed')
}
