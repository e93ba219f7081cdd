import { seconds } from '../../core/units.ts'
import { connect } from '../../transport/ssh/connection.ts'
import { silence, troubleOf } from '../../transport/ssh/ssh-trouble.ts'
import { backOffMs } from './back-off.ts'
import { isWorthRetrying, stateByAge, stateByFault } from './link-state.ts'
import type { Clock } from '../../core/clock.ts'
import type { Fault } from '../../core/fault.ts'
import type { Link as LinkReport } from '../../model/sample.ts'
import type { Connection } from '../../transport/ssh/connection.ts'
import type { SshOptions } from '../../transport/ssh/ssh-command.ts'

/** Keeps a node connected, whatever happens to the connection. */
export interface Link {
  /** The connection there is; undefined while there is none. */
  current(): Login | undefined
  /** How the node is reached now. */
  report(intervalMs: number): LinkReport
  /** Why there is no connection; undefined while there is one, and while the first is being made. */
  fault(): Fault | undefined
  /** True once there is no connection and never will be one by itself. */
  hasGivenUp(): boolean
  /** How often a connection has begun, failed or ended. */
  changes(): number
  /** A connection that answers nothing for too long is made anew. */
  checkAnswers(intervalMs: number): void
  /** Resolves when all is ended. */
  readonly finished: Promise<void>
}

/** A connection, and what its node said of itself. */
export interface Login {
  readonly connection: Connection
  readonly facts: ReadonlyMap<string, string>
  /** When it said so. */
  readonly atEpochMs: number
}

export interface LinkOptions {
  readonly host: string
  readonly ssh: SshOptions
  readonly program?: string
  readonly clock: Clock
  /** Waits for a turn to connect: not all nodes at once. */
  readonly inTurn: <T>(job: () => Promise<T>) => Promise<T>
  /** Called when a connection begins or ends. */
  readonly onChange: () => void
}

/** A login takes as long as its start-up files; longer than this is a shell that waits for something. */
const LONGEST_LOGIN_MS = seconds(30)
const LONGEST_SILENCE_MS = seconds(30)
/** A connection that lasted was no failure of the kind that a pause would help. */
const LASTED_MS = seconds(60)

export function keepConnected(options: LinkOptions, signal: AbortSignal): Link {
  const { host, ssh, program, clock, inTurn, onChange } = options
  let login: Login | undefined
  let fault: Fault | undefined
  let failures = 0
  let heardAtMs = clock.elapsedMs()
  let retryAtMs: number | undefined
  let gaveUp = false
  let changes = 0
  const isStopped = (): boolean => signal.aborted

  function changed(): void {
    changes += 1
    onChange()
  }

  async function tryOnce(): Promise<Fault | undefined> {
    const connection = await inTurn(() => logIn())
    if (connection === undefined) return fault
    const beganMs = clock.elapsedMs()
    const end = await connection.ended
    heardAtMs = connection.lastAnswerAtMs()
    if (clock.elapsedMs() - beganMs > LASTED_MS) failures = 0
    login = undefined
    return troubleOf(host, end)
  }

  /** The connection that said hello; undefined, with the fault noted, where none did. */
  async function logIn(): Promise<Connection | undefined> {
    if (isStopped()) return undefined
    retryAtMs = undefined
    const connection = await connect({
      host,
      ssh,
      ...(program === undefined ? {} : { program }),
      elapsedMs: () => clock.elapsedMs(),
    })
    const stop = (): void => {
      void connection.end()
    }
    signal.addEventListener('abort', stop)
    const over = new AbortController()
    void connection.ended.then(() => {
      over.abort()
      signal.removeEventListener('abort', stop)
    })
    if (isStopped()) stop()
    const patience = clock.sleep(LONGEST_LOGIN_MS, over.signal).then(() => undefined)
    const facts = await Promise.race([connection.hello, patience])
    if (facts !== undefined) {
      login = { connection, facts, atEpochMs: clock.epochMs() }
      fault = undefined
      changed()
      return connection
    }
    const isSilent = !over.signal.aborted
    await connection.end()
    const end = await connection.ended
    fault = isSilent ? silence(host, false) : troubleOf(host, end)
    return undefined
  }

  async function supervise(): Promise<void> {
    while (!isStopped()) {
      const trouble = await tryOnce()
      if (isStopped()) return
      fault = trouble
      failures += 1
      gaveUp = fault !== undefined && !isWorthRetrying(fault)
      const pauseMs = backOffMs(failures, Math.random())
      retryAtMs = clock.elapsedMs() + pauseMs
      changed()
      if (gaveUp) return
      await clock.sleep(pauseMs, signal)
    }
  }

  return {
    current: () => login,
    report(intervalMs) {
      const nowMs = clock.elapsedMs()
      if (login !== undefined) {
        const ageMs = Math.max(0, Math.round(nowMs - login.connection.lastAnswerAtMs()))
        return { state: stateByAge(ageMs, intervalMs), ageMs, retryInMs: null }
      }
      const ageMs = Math.max(0, Math.round(nowMs - heardAtMs))
      if (fault === undefined) return { state: 'connecting', ageMs, retryInMs: null }
      const retryInMs = gaveUp || retryAtMs === undefined ? null : Math.max(0, Math.round(retryAtMs - nowMs))
      return { state: stateByFault(fault), ageMs, retryInMs }
    },
    fault: () => (login === undefined ? fault : undefined),
    hasGivenUp: () => gaveUp,
    changes: () => changes,
    checkAnswers(intervalMs) {
      if (login === undefined) return
      const silentMs = clock.elapsedMs() - login.connection.lastAnswerAtMs()
      if (silentMs > Math.max(LONGEST_SILENCE_MS, 4 * intervalMs)) void login.connection.end()
    },
    finished: supervise(),
  }
}
