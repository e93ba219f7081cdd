import { both, known, missing, type Reading } from '../core/reading.ts'
import type { Frame } from '../model/frame.ts'
import type { HostMemory, HostProcess } from '../model/snapshot.ts'
import { parseLoad1 } from '../parse/loadavg.ts'
import { parseMeminfo } from '../parse/meminfo.ts'
import { parsePressure } from '../parse/pressure.ts'
import type { ListedProcess } from '../parse/process-list.ts'
import { parseUptimeSeconds } from '../parse/uptime.ts'
import { parseOomKills } from '../parse/vmstat.ts'
import { textOf, type AnswerBook } from './answers.ts'
import type { Memory } from './memory.ts'

// as many as a host panel shows without scrolling
const LARGEST = 12

/** The host's memory from the newest answers; a part that never came reads as not reported. */
export function hostMemoryOf(answers: AnswerBook): HostMemory {
  const meminfo = parseMeminfo(textOf(answers, 'meminfo'))
  return {
    totalBytes: meminfo.totalBytes,
    availableBytes: meminfo.availableBytes,
    freeBytes: meminfo.freeBytes,
    swapTotalBytes: meminfo.swapTotalBytes,
    swapUsedBytes: both(meminfo.swapTotalBytes, meminfo.swapFreeBytes, (total, free) => total - free),
    pressure: parsePressure(textOf(answers, 'pressure/memory')),
    oomKills: parseOomKills(textOf(answers, 'vmstat')),
  }
}

export function hostLoadOf(answers: AnswerBook): Frame['hostLoad'] {
  return {
    load1: parseLoad1(textOf(answers, 'loadavg')),
    uptimeSeconds: parseUptimeSeconds(textOf(answers, 'uptime')),
  }
}

type HostReadings = Pick<Frame, 'hostMemory' | 'hostLoad'>

/** What is known of a host while the first connection to it is being made: what has not come is on its way. */
export function awaited({ hostMemory, hostLoad }: HostReadings): HostReadings {
  const { pressure, ...memory } = hostMemory
  return {
    hostMemory: { ...eachAwaited(memory), pressure: eachAwaited(pressure) },
    hostLoad: eachAwaited(hostLoad),
  }
}

function eachAwaited<T extends Readonly<Record<string, Reading<number>>>>(readings: T): T {
  const entries = Object.entries(readings)
  return Object.fromEntries(
    entries.map(([key, reading]) => [key, reading.kind === 'missing' ? CONNECTING : reading]),
  ) as T
}

const CONNECTING = missing('not-yet-known', 'the connection is still being made')

/** The processes with the largest resident set, whether or not they use a GPU. */
export function largestProcesses(memory: Memory): readonly HostProcess[] {
  const { processes, users } = memory
  return largestListed(memory).map((listed) => {
    const process = processes.get(listed.pid)?.process
    return process?.startTicks === listed.startTicks ? process : onlyListed(listed, users)
  })
}

/** The same as they are listed. */
export function largestListed({ processList }: Pick<Memory, 'processList'>): readonly ListedProcess[] {
  return processList.slice(0, LARGEST)
}

function onlyListed(listed: ListedProcess, users: ReadonlyMap<number, string>): HostProcess {
  return {
    pid: listed.pid,
    parentPid: listed.parentPid,
    startTicks: listed.startTicks,
    comm: listed.comm,
    command: [listed.comm],
    user: known(users.get(listed.uid) ?? `${listed.uid}`),
    residentBytes: known(listed.residentBytes),
    cpuPercent: missing('not-yet-known'),
    container: undefined,
  }
}
