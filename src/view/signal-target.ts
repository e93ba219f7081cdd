import { valueOr } from '../core/reading.ts'
import type { SignalTarget } from '../model/signal.ts'
import type { HostProcess } from '../model/snapshot.ts'

/** What identifies the process when a signal is sent to it, and names it in the question before; none of one that is not seen. */
export function signalTarget(host: HostProcess | undefined): SignalTarget | undefined {
  if (host === undefined) return undefined
  const { pid, startTicks, comm, user, command } = host
  return { pid, startTicks, name: comm, user: valueOr(user, undefined), command }
}
