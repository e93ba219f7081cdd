import type { Part, RawSample } from '../../../src/model/sample.ts'
import { nvidiaSmiXml, type XmlGpu } from '../nvidia-smi-xml.ts'
import {
  INSTANCE_OWN_MIB,
  UPTIME_SECONDS,
  type CardSpec,
  type Group,
  type Machine,
  type Process,
} from './machine.ts'

/** By the wall clock. */
export const STARTED_AT = Date.UTC(2026, 10, 21, 2, 0, 0)
const LIST_EVERY_SECONDS = 10

/** Looks at a machine as the local source does: the first sample holds what is asked once, others what is renewed. */
export class Observer {
  readonly #machine: Machine
  readonly #intervalMs: number
  #sequence = 0
  #listedAt = -Infinity
  readonly #told = new Map<string, unknown>()
  readonly #introduced = new Set<string>()

  constructor(machine: Machine, intervalMs: number) {
    this.#machine = machine
    this.#intervalMs = intervalMs
  }

  sample(): RawSample {
    const machine = this.#machine
    const elapsedMs = machine.second * 1000
    const sequence = this.#sequence
    this.#sequence += 1
    return {
      host: machine.spec.host,
      sequence,
      takenAtEpochMs: STARTED_AT + elapsedMs + machine.suspendedMs,
      elapsedMs,
      intervalMs: this.#intervalMs,
      parts: new Map([...this.#always(sequence), ...this.#processes(), ...this.#answers()]),
    }
  }

  #always(sequence: number): readonly NamedPart[] {
    const machine = this.#machine
    const { second } = machine
    return [
      ['nvidia-smi', { kind: 'text', text: documentOf(machine), tookMs: 180 }],
      text('meminfo', meminfo(machine)),
      text('vmstat', `oom_kill ${machine.oomKills}\n`),
      text('pressure/memory', pressure(machine.pressurePercent)),
      text('uptime', `${(UPTIME_SECONDS + second).toFixed(2)} 9000000.00\n`),
      ...(sequence === 0
        ? [
            text('users', '0:root\n1000:alice\n1001:bob\n'),
            text('boot-id', '6f2c0d5e-0000-4000-8000-000000000001\n'),
          ]
        : []),
    ]
  }

  #processes(): readonly NamedPart[] {
    const machine = this.#machine
    const running = [...machine.processes.values()]
    const isDue = machine.second - this.#listedAt >= LIST_EVERY_SECONDS
    if (isDue) this.#listedAt = machine.second
    return [
      ...(isDue ? [text('processes', processList(running))] : []),
      ...running.flatMap((process) => {
        const identity = `${process.pid} ${process.startTicks}`
        const isNew = !this.#introduced.has(identity)
        this.#introduced.add(identity)
        return processParts(process, machine.second, isDue || isNew)
      }),
      ...[...machine.groups].flatMap(([path, group]) => groupParts(machine, path, group)),
    ]
  }

  /** What is asked once stands in one sample; pages of engines are asked every time. */
  #answers(): readonly NamedPart[] {
    return [...this.#machine.pages].flatMap(([name, page]): readonly NamedPart[] => {
      const isRenewed = name.startsWith('http/') && !ONCE.test(name)
      if (!isRenewed && this.#told.get(name) === page) return []
      this.#told.set(name, page)
      return [[name, typeof page === 'function' ? page() : page]]
    })
  }
}

const ONCE = /\/(?:version|v1\/models|server_info|api\/version)$/

type NamedPart = readonly [string, Part]

function text(name: string, content: string): NamedPart {
  return [name, { kind: 'text', text: content }]
}

function documentOf(machine: Machine): string {
  if (machine.driverTrouble !== undefined) return machine.driverTrouble
  return nvidiaSmiXml({
    timestamp: stamp(STARTED_AT + machine.second * 1000 + machine.suspendedMs),
    gpus: machine.spec.cards.map((card, index) => gpuOf(machine, card, index)),
  })
}

function gpuOf(machine: Machine, card: CardSpec, index: number): XmlGpu {
  const processes = [...machine.processes.values()].filter(({ onCards }) => onCards.has(index))
  const utilization = machine.utilization[index] ?? 0
  return {
    name: card.name,
    uuid: machine.uuid(index),
    totalMiB: card.totalMiB,
    reservedMiB: card.reservedMiB,
    usedMiB: machine.driverMiB + machine.heldMiB(index),
    utilization,
    temperatureCelsius: 38 + Math.round(utilization * 0.35),
    powerWatts: 95 + utilization * 5.6,
    supportedClocks: 0,
    processes: processes.map((process) => ({
      pid: process.pid,
      name: process.command[0] ?? process.comm,
      type: process.type,
      usedMiB: Math.round(process.onCards.get(index) ?? 0),
      ...(process.gpuInstanceId === undefined ? {} : { gpuInstanceId: process.gpuInstanceId }),
    })),
    ...(card.integrated === undefined ? {} : { integrated: card.integrated }),
    ...(card.instances === undefined
      ? {}
      : {
          migDevices: card.instances.map(({ gpuInstanceId, totalMiB }) => ({
            gpuInstanceId,
            totalMiB,
            usedMiB: INSTANCE_OWN_MIB + machine.heldMiB(index, gpuInstanceId),
          })),
        }),
  }
}

/** `Wed Jan 22 04:28:25 2025`, as nvidia-smi prints it. */
function stamp(epochMs: number): string {
  const [weekday = '', day = '', month = '', year = '', time = ''] = new Date(epochMs)
    .toUTCString()
    .replace(',', '')
    .split(' ')
  return `${weekday} ${month} ${day.replace(/^0/, ' ')} ${time} ${year}`
}

function meminfo(machine: Machine): string {
  const availableMiB = Math.max(0, machine.availableMiB())
  const { hostMiB, swapMiB = 0 } = machine.spec
  const lines = {
    MemTotal: hostMiB,
    MemFree: Math.max(Math.min(500, availableMiB), availableMiB - machine.fileCacheMiB),
    MemAvailable: availableMiB,
    Shmem: 120,
    SwapTotal: swapMiB,
    SwapFree: Math.max(0, swapMiB - machine.swapUsedMiB),
  }
  return Object.entries(lines)
    .map(
      ([name, mib]) =>
        `${`${name}:`.padEnd(16)}${Math.round(mib * 1024)
          .toString()
          .padStart(8)} kB\n`,
    )
    .join('')
}

function pressure(percent: number): string {
  const line = (kind: string, value: number): string =>
    `${kind} avg10=${value.toFixed(2)} avg60=${(value * 0.8).toFixed(2)} avg300=${(value * 0.4).toFixed(2)} total=0\n`
  return line('some', percent) + line('full', percent * 0.7)
}

function processList(running: readonly Process[]): string {
  const lines = running.map(
    ({ pid, parentPid, uid, startTicks, residentMiB, mappedMiB, comm }) =>
      `${pid} ${parentPid} ${uid} ${startTicks} ${Math.round((residentMiB + mappedMiB) * 1024)} ${comm}\n`,
  )
  return `1 0 0 2 12288 systemd\n${lines.join('')}`
}

function processParts(process: Process, second: number, whole: boolean): readonly NamedPart[] {
  const { pid, comm, parentPid, uid, startTicks } = process
  const folder = `proc/${pid}`
  const ticks = Math.round(process.cpuPercent * second)
  const anonymousKib = Math.round(process.residentMiB * 1024)
  const mappedKib = Math.round(process.mappedMiB * 1024)
  const pages = (anonymousKib + mappedKib) / 4
  // man 5 proc: pid (comm) state ppid … utime stime (fields 14, 15) … starttime (22) vsize rss
  const stat = `${pid} (${comm}) S ${parentPid} 1 1 0 -1 4194560 0 0 0 0 ${ticks} 0 0 0 20 0 8 0 ${startTicks} 0 ${Math.round(pages)} 0\n`
  const uids = `${uid}\t${uid}\t${uid}\t${uid}`
  const status = `Uid:\t${uids}\nNSpid:\t${pid}\nVmRSS:\t${anonymousKib + mappedKib} kB\nRssAnon:\t${anonymousKib} kB\nRssFile:\t${mappedKib} kB\nVmSwap:\t${Math.round(process.swapMiB * 1024)} kB\n`
  return [
    text(`${folder}/stat`, stat),
    text(`${folder}/status`, status),
    ...(whole
      ? [
          text(`${folder}/cmdline`, `${process.command.join('\0')}\0`),
          text(`${folder}/cgroup`, `0::${process.cgroup}\n`),
        ]
      : []),
  ]
}

/** The four files of a group of cgroup version 2. */
function groupParts(machine: Machine, path: string, group: Group): readonly NamedPart[] {
  const anonymousMiB = machine.groupAnonymousMiB(path)
  const bytes = (mib: number): number => Math.round(mib) * 1024 ** 2
  const kernelMiB = 40
  const stat = {
    anon: bytes(anonymousMiB),
    file: bytes(group.fileMiB),
    kernel: bytes(kernelMiB),
    shmem: 0,
    inactive_anon: bytes(anonymousMiB),
    active_anon: 0,
    inactive_file: bytes(group.fileMiB * 0.3),
    // a mapped model is read again and again: its pages are active
    active_file: bytes(group.fileMiB) - bytes(group.fileMiB * 0.3),
    unevictable: 0,
    slab_reclaimable: bytes(12),
    slab_unreclaimable: bytes(9),
  }
  return [
    text(`cgroup${path}/memory.max`, `${bytes(group.maxMiB)}\n`),
    text(`cgroup${path}/memory.current`, `${bytes(anonymousMiB + group.fileMiB + kernelMiB)}\n`),
    text(
      `cgroup${path}/memory.stat`,
      Object.entries(stat)
        .map(([key, value]) => `${key} ${value}\n`)
        .join(''),
    ),
    text(
      `cgroup${path}/memory.events`,
      `low 0\nhigh 0\nmax ${group.oomKills * 12}\noom ${group.oomKills}\noom_kill ${group.oomKills}\noom_group_kill 0\n`,
    ),
  ]
}
