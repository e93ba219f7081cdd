import { formatBytes } from '../../core/format.ts'
import type { Frame } from '../../model/frame.ts'
import type { MachineFacts } from './facts.ts'
import { check, type Check, type Section } from './report.ts'

/** What the rights of this user and this place allow to be seen. */
export function machineSection(facts: MachineFacts, { hostMemory, hostProcesses }: Frame): Section {
  const { totalBytes, availableBytes } = hostMemory
  const memory =
    totalBytes.kind === 'known' && availableBytes.kind === 'known'
      ? check(
          'memory',
          'yes',
          `${formatBytes(totalBytes.value)}, ${formatBytes(availableBytes.value)} available`,
        )
      : check('memory', 'no', '/proc/meminfo can not be read', 'llmtop watches Linux machines')
  return {
    title: 'This machine',
    checks: [
      memory,
      pressureCheck(facts),
      processCheck(facts, hostProcesses.length),
      rightsCheck(facts),
      namespaceCheck(facts),
      cgroupCheck(facts),
      journalCheck(facts),
    ],
  }
}

function pressureCheck({ hasPressure }: MachineFacts): Check {
  return hasPressure
    ? check('memory pressure', 'yes', '/proc/pressure/memory')
    : check(
        'memory pressure',
        'partly',
        'this kernel reports none',
        "boot with 'psi=1', if it has been built with it",
      )
}

function processCheck({ hidePid }: MachineFacts, listed: number): Check {
  if (hidePid !== '0' && hidePid !== 'off') {
    const found = `/proc is mounted with hidepid=${hidePid}: other users' processes are hidden`
    return check('processes', 'partly', found, 'run as root, or in the group that the mount names (gid=)')
  }
  return listed > 0
    ? check('processes', 'yes', 'all are listed')
    : check('processes', 'no', 'none can be listed', 'is /proc mounted?')
}

function rightsCheck({ isRoot, others }: MachineFacts): Check {
  if (isRoot) return check('rights', 'yes', 'root')
  if (others.processes === others.readable)
    return check('rights', 'yes', "no other user's processes in sight")
  const found = `ports, environments and logs of ${others.processes - others.readable} processes of other users can not be read`
  return check('rights', 'partly', found, 'run as their user or as root to see them')
}

function namespaceCheck({ pidNamespace }: MachineFacts): Check {
  switch (pidNamespace) {
    case 'initial':
      return check('PID namespace', 'yes', "the machine's own")
    case 'own':
      return check(
        'PID namespace',
        'partly',
        'a container: processes outside of it can not be seen',
        "start the container with '--pid=host'",
      )
    case 'unknown':
      return check('PID namespace', 'partly', 'can not be told')
  }
}

function cgroupCheck({ cgroupVersion }: MachineFacts): Check {
  return cgroupVersion === undefined
    ? check(
        'control groups',
        'partly',
        'none are mounted: memory limits of services and containers are unknown',
      )
    : check('control groups', 'yes', `version ${cgroupVersion}`)
}

const NAME_THE_LOG = 'name the log of an engine with --engine-log'

function journalCheck({ journal, isRoot }: MachineFacts): Check {
  switch (journal) {
    case 'readable':
      return check('journal', 'yes', 'logs of services can be read')
    case 'empty':
      if (isRoot) return check('journal', 'partly', 'it is empty', NAME_THE_LOG)
      return check(
        'journal',
        'partly',
        'it shows nothing to this user',
        "'sudo usermod -aG systemd-journal USER', or name the log with --engine-log",
      )
    case 'none':
      return check('journal', 'partly', 'there is no journalctl', NAME_THE_LOG)
  }
}
