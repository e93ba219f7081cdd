import { readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { printable } from '../core/text.ts'
import type { Issue } from './issue.ts'

/**
 * The keys that the user gave, each for the address that it may be sent to: `127.0.0.1 8000` → key; of another machine
 * `node7/127.0.0.1 8000`.
 */
export type ApiKeys = ReadonlyMap<string, string>

/**
 * Reads `LLMTOP_API_KEY`: `ADDRESS:PORT=KEY`, several separated by blanks; `HOST/ADDRESS:PORT=KEY` is for an engine on a
 * host that is watched over ssh. A key without its address is not taken: whoever
 * listens where an engine is expected could ask for it. undefined where an entry is none; no message may quote the text.
 */
export function readApiKeys(text: string): ApiKeys | undefined {
  const entries = text.split(/\s+/).filter((entry) => entry !== '')
  const keys = new Map<string, string>()
  for (const entry of entries) {
    const [, host = '', name = '', port, key] =
      /^([\w.@-]+\/)?\[?([\w.:]+?)\]?:(\d{1,5})=(.+)$/.exec(entry) ?? []
    const address = name === 'localhost' ? '127.0.0.1' : name
    if (key === undefined || isIP(address) === 0 || Number(port) < 1 || Number(port) > 65_535)
      return undefined
    keys.set(`${host}${address} ${Number(port)}`, key)
  }
  return keys
}

/** Those for engines of this machine. */
export function keysHere(keys: ApiKeys): ApiKeys {
  return new Map([...keys].filter(([place]) => !place.includes('/')))
}

export interface FoundKeys {
  readonly keys: ApiKeys
  readonly issues: readonly Issue[]
}

/** The keys of LLMTOP_API_KEY and of a file that only its owner may read; the variable is the stronger. */
export function apiKeysIn(variable: string | undefined, file: string | undefined): FoundKeys {
  const ofFile = file === undefined ? NO_KEYS : keysInFile(file)
  const ofVariable = keysIn('LLMTOP_API_KEY', variable ?? '', 'several separated by blanks')
  return {
    keys: new Map([...ofFile.keys, ...ofVariable.keys]),
    issues: [...ofVariable.issues, ...ofFile.issues],
  }
}

const NO_KEYS: FoundKeys = { keys: new Map(), issues: [] }

function keysInFile(file: string): FoundKeys {
  const where = printable(file)
  try {
    // as ssh treats private keys
    if ((statSync(file).mode & 0o077) !== 0)
      return wrong(where, `others can read these keys; try 'chmod 600 ${where}'`)
    const lines = readFileSync(file, 'utf8').split('\n')
    return keysIn(where, lines.filter((line) => !line.startsWith('#')).join('\n'), 'one a line')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return wrong(where, `this file of api-key-file can't be read (${code})`)
  }
}

// what stands there is a secret, however it is spelled: it is never quoted
function keysIn(where: string, text: string, several: string): FoundKeys {
  const keys = readApiKeys(text)
  if (keys !== undefined) return { keys, issues: [] }
  return wrong(where, `each key needs the address that it may be sent to: 127.0.0.1:8000=KEY, ${several}`)
}

function wrong(where: string, problem: string): FoundKeys {
  return { keys: new Map(), issues: [{ where, problem }] }
}
