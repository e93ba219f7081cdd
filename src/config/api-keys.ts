import { isIP } from 'node:net'

/** The keys that the user gave, each for the address that it may be sent to: `127.0.0.1 8000` → key. */
export type ApiKeys = ReadonlyMap<string, string>

/**
 * Reads `LLMTOP_API_KEY`: `ADDRESS:PORT=KEY`, several separated by blanks. A key without its address is not taken: whoever
 * listens where an engine is expected could ask for it. undefined where an entry is none; no message may quote the text.
 */
export function readApiKeys(text: string): ApiKeys | undefined {
  const entries = text.split(/\s+/).filter((entry) => entry !== '')
  const keys = new Map<string, string>()
  for (const entry of entries) {
    const [, name = '', port, key] = /^\[?([\w.:]+?)\]?:(\d{1,5})=(.+)$/.exec(entry) ?? []
    const address = name === 'localhost' ? '127.0.0.1' : name
    if (key === undefined || isIP(address) === 0 || Number(port) < 1 || Number(port) > 65_535)
      return undefined
    keys.set(`${address} ${Number(port)}`, key)
  }
  return keys
}
