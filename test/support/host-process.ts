import { known } from '../../src/core/reading.ts'
import type { HostProcess } from '../../src/model/snapshot.ts'

/** A process of the host; everything left out takes a plain value. */
export function hostProcess(process: Partial<HostProcess>): HostProcess {
  return {
    pid: 4242,
    parentPid: 1,
    startTicks: 1000,
    comm: 'python3',
    command: ['python3'],
    user: known('alice'),
    residentBytes: known(0),
    cpuPercent: known(0),
    container: undefined,
    ...process,
  }
}

/** Command lines as people type them, the process first and then its ancestors; a blank separates arguments. */
export function family(...commands: readonly string[]): readonly HostProcess[] {
  return commands.map((command, generation) =>
    hostProcess({ pid: 4242 - generation, parentPid: 4241 - generation, command: command.split(' ') }),
  )
}
