import { readlink } from 'node:fs/promises'
import type { Part } from '../../model/sample.ts'
import type { ProcReader } from '../../transport/proc-files.ts'

const EVERY_TICK = ['meminfo', 'vmstat', 'pressure/memory', 'loadavg', 'uptime']

/**
 * The state of the host, as it is at every tick. Where the kernel has no such file (pressure stall information is an
 * option) the part is absent; without meminfo it is no Linux at all, and that is a fault.
 */
export async function readHostFiles(procRoot: string, read: ProcReader): Promise<ReadonlyMap<string, Part>> {
  const parts = new Map<string, Part>()
  for (const name of EVERY_TICK) {
    const text = await read(`${procRoot}/${name}`)
    if (text !== undefined) parts.set(name, { kind: 'text', text: name === 'vmstat' ? oomKills(text) : text })
  }
  if (!parts.has('meminfo')) {
    parts.set('meminfo', { kind: 'fault', fault: { kind: 'not-found', what: `${procRoot}/meminfo` } })
  }
  return parts
}

/**
 * What stays while llmtop runs: the identity of this boot (the pids and the start times of two boots can't be compared),
 * and whether it sees all processes of the machine or those of a container.
 */
export async function readLastingFiles(
  procRoot: string,
  read: ProcReader,
): Promise<ReadonlyMap<string, Part>> {
  const bootId = await read(`${procRoot}/sys/kernel/random/boot_id`)
  const namespace = await readlink(`${procRoot}/self/ns/pid`).catch(() => undefined)
  const parts = new Map<string, Part>()
  if (bootId !== undefined) parts.set('boot-id', { kind: 'text', text: bootId })
  if (namespace !== undefined) parts.set('pid-namespace', { kind: 'text', text: `${namespace}\n` })
  return parts
}

function oomKills(vmstat: string): string {
  return /^oom_kill .*\n/m.exec(vmstat)?.[0] ?? ''
}
