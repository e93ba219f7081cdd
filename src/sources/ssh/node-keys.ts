import { isIPv6 } from 'node:net'
import type { Connection } from '../../transport/ssh/connection.ts'
import type { Errands } from '../local/errands.ts'

/** The keys of one host's engines, by the address there: `127.0.0.1 8000`. */
export function keysOfNode({
  host,
  keys = new Map(),
}: {
  readonly host: string
  readonly keys?: ReadonlyMap<string, string>
}): ReadonlyMap<string, string> {
  const prefix = `${host}/`
  return new Map(
    [...keys].flatMap(([place, key]) =>
      place.startsWith(prefix) ? [[place.slice(prefix.length), key] as const] : [],
    ),
  )
}

/**
 * Tells the node the keys of its engines, on the input of its shell, which gives them to curl in the same way: no command line
 * there ever holds one. The judgement learns for which addresses there is one.
 */
export function tellKeys(ask: Connection['ask'], keys: ReadonlyMap<string, string>, errands: Errands): void {
  if (keys.size === 0) return
  for (const [place, key] of keys) {
    const [address = '', port = ''] = place.split(' ')
    const words = `${isIPv6(address) ? `[${address}]` : address}:${port}`
    void ask({ name: 'key', words, paths: [asInCurlConfig(key)] })
  }
  const text = [...keys.keys()].map((place) => `${place}\n`).join('')
  errands.run('keys', () => Promise.resolve(new Map([['keys', { kind: 'text', text }]])))
}

/** Within quotes, curl reads a backslash as the beginning of an escape (curl(1), --config). */
function asInCurlConfig(key: string): string {
  return Buffer.from(key.replace(/["\\]/g, '\\$&')).toString('latin1')
}
