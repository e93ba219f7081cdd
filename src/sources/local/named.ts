import { seconds } from '../../core/units.ts'
import { readContainerNames } from './container-names.ts'
import { engineLogs } from './engine-logs.ts'
import type { Errands } from './errands.ts'

/** What a source looks at only because the user named it. */
export interface NamedThings {
  /** Absolute paths. */
  readonly engineLogs?: readonly string[]
  readonly containerNames?: boolean
  /** `127.0.0.1 8000`: where a key may be sent; the key itself is the transport's. */
  readonly keyedAddresses?: readonly string[]
}

export interface Named {
  tick(elapsedMs: number): void
}

const NAMES_EVERY_MS = seconds(30)

export function named(things: NamedThings, errands: Errands, signal: AbortSignal): Named {
  const logs = engineLogs(things.engineLogs ?? [])
  const keys = (things.keyedAddresses ?? []).map((address) => `${address}\n`).join('')
  let namedAtMs: number | undefined
  let saidKeys = keys === ''

  return {
    tick(elapsedMs) {
      if (things.engineLogs !== undefined) errands.run('engine-logs', () => logs.read(elapsedMs, signal))
      if (!saidKeys)
        errands.run('keys', () => Promise.resolve(new Map([['keys', { kind: 'text', text: keys }]])))
      saidKeys = true
      if (things.containerNames === true && elapsedMs - (namedAtMs ?? -Infinity) >= NAMES_EVERY_MS) {
        namedAtMs = elapsedMs
        errands.run('containers', () => readContainerNames(signal))
      }
    },
  }
}
