import type { Filling } from './filling.ts'

/** One group per cause, the pool that is full first at its head. Growth that nobody is named for stands alone. */
export function hotFirst(found: readonly Filling[]): readonly (readonly [Filling, ...Filling[]])[] {
  const groups = new Map<string, [Filling, ...Filling[]]>()
  for (const filling of found) {
    const key = filling.cause?.workload.id ?? filling.outlook.pool.key
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [filling])
    else group.push(filling)
  }
  for (const group of groups.values()) group.sort((a, b) => secondsLeft(a) - secondsLeft(b))
  return [...groups.values()]
}

function secondsLeft({ headroomBytes, bytesPerSecond }: Filling): number {
  return headroomBytes / bytesPerSecond
}
