/** What a process can be sent, the gentlest first. */
export const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGKILL', 'SIGSTOP', 'SIGCONT'] as const
export type SignalName = (typeof SIGNALS)[number]

/** A process that a user chose: pid and start time together, so that a reused pid is never meant. */
export interface SignalTarget {
  readonly pid: number
  /** Field 22 of /proc/PID/stat. */
  readonly startTicks: number
  readonly name: string
  readonly user: string | undefined
  /** Its command line: many processes are called python3. Empty where it has none. */
  readonly command: readonly string[]
}

/** What became of a signal. */
export type SignalOutcome = 'sent' | 'gone' | 'not-permitted' | 'refused'
