import { valueOr } from '../core/reading.ts'
import type { Frame } from '../model/frame.ts'
import type { SignalTarget } from '../model/signal.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { signalTarget } from './signal-target.ts'

/** A process of the host, by the host memory it holds. */
export interface HostRow {
  readonly id: string
  readonly host: HostProcess
  /** The id of the workload it belongs to. */
  readonly opens: string | undefined
  readonly process: SignalTarget | undefined
}

/** The processes that hold the most host memory, the largest first. */
export function hostRows(frame: Frame): readonly HostRow[] {
  const byPid = new Map(frame.workloads.flatMap(({ id, pids }) => pids.map((pid) => [pid, id])))
  return frame.hostProcesses
    .toSorted((a, b) => valueOr(b.residentBytes, -1) - valueOr(a.residentBytes, -1) || a.pid - b.pid)
    .map((host) => ({
      id: `${host.pid}:${host.startTicks}`,
      host,
      opens: byPid.get(host.pid),
      process: signalTarget(host),
    }))
}
