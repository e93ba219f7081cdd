import { printable } from '../core/text.ts'

/** User names by uid, from lines `0:root`; the first name of a uid counts, other lines are passed over. */
export function parseUsers(text: string): ReadonlyMap<number, string> {
  const users = new Map<number, string>()
  for (const [, uid, name] of text.matchAll(/^(\d{1,10}):([^:\r\n]+)\r?$/gm)) {
    if (uid === undefined || name === undefined || users.has(Number(uid))) continue
    users.set(Number(uid), printable(name))
  }
  return users
}
