import { systemClock } from '../../runtime/clock.ts'
import { localSource } from '../../sources/local/local.ts'
import type { Source } from '../../sources/source.ts'
import { localTransport } from '../../transport/local.ts'
import type { Environment } from '../environment.ts'

export interface LiveOptions {
  /** False with `--no-probe`: no engine is asked anything. */
  readonly probe: boolean
}

/** This machine as a source. */
export function thisMachine(environment: Environment, intervalMs: number, { probe }: LiveOptions): Source {
  return localSource({
    host: environment.hostName,
    clock: systemClock(),
    intervalMs,
    transport: localTransport({ probe }),
  })
}
