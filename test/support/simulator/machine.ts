import type { OutcomeKind } from '../../../src/model/outcome.ts'
import type { Part } from '../../../src/model/sample.ts'
import { seededRandom } from '../random.ts'

/** What a shape runs on. Memory is in MiB, as nvidia-smi counts it. */
export interface MachineSpec {
  readonly host: string
  readonly hostMiB: number
  readonly swapMiB?: number
  readonly cards: readonly CardSpec[]
}

export interface CardSpec {
  readonly name: string
  readonly totalMiB: number
  readonly reservedMiB: number
  /** Divided into MIG instances. */
  readonly instances?: readonly { readonly gpuInstanceId: number; readonly totalMiB: number }[]
  /** Its memory is the host's. */
  readonly integrated?: boolean
}

export interface ProcessSpec {
  readonly pid: number
  readonly parentPid?: number
  readonly uid?: number
  readonly comm: string
  readonly command: readonly string[]
  readonly type?: 'C' | 'G'
  readonly residentMiB?: number
  readonly cpuPercent?: number
  readonly cgroup?: string
  readonly gpuInstanceId?: number
}

export interface Process extends Required<Omit<ProcessSpec, 'gpuInstanceId'>> {
  readonly gpuInstanceId: number | undefined
  readonly startTicks: number
  /** Anonymous memory. */
  residentMiB: number
  /** Pages of files that it has mapped and that are in memory. */
  mappedMiB: number
  swapMiB: number
  /** MiB by card; a card is listed from its context on. */
  readonly onCards: Map<number, number>
}

/** Limits and use of one control group; what its processes hold as anonymous memory is counted by itself. */
export interface Group {
  readonly maxMiB: number
  fileMiB: number
  oomKills: number
}

export interface Happened {
  readonly elapsedMs: number
  readonly kind: OutcomeKind
  readonly gpu?: string
  readonly workload?: string
  readonly pid?: number
  readonly foreseeable?: false
}

/** Something on the machine that acts once a second. */
export type Actor = (second: number) => void

/** A machine that actors change second by second, and that a source may look at in between. */
export class Machine {
  readonly spec: MachineSpec
  readonly random: () => number
  readonly processes = new Map<number, Process>()
  readonly groups = new Map<string, Group>()
  /** Answers to wants, by part name; a page is written only when somebody looks. */
  readonly pages = new Map<string, Part | (() => Part)>()
  readonly outcomes: Happened[] = []
  second = 0
  fileCacheMiB = 20_000
  swapUsedMiB = 0
  /** Share of time that tasks waited for memory, percent. */
  pressurePercent = 0
  oomKills = 0
  /** What nvidia-smi prints instead of a document. */
  driverTrouble: string | undefined
  /** Time that passed with nobody looking: the machine was suspended. */
  suspendedMs = 0
  /** Nobody looks before this second: a hole in the recording. */
  unseenUntil = 0
  /** The second at which the recording ends, if something ended what it is about. */
  endsAt = Infinity
  readonly utilization: number[]
  readonly #busySince = new Map<number, number>()

  constructor(spec: MachineSpec, seed: number) {
    this.spec = spec
    this.random = seededRandom(seed)
    this.utilization = spec.cards.map(() => 0)
  }

  between(low: number, high: number): number {
    return low + this.random() * (high - low)
  }

  start(spec: ProcessSpec): Process {
    const process: Process = {
      parentPid: 1,
      uid: 0,
      type: 'C',
      residentMiB: 1200,
      cpuPercent: 40,
      cgroup: '/system.slice/engine.service',
      gpuInstanceId: undefined,
      ...spec,
      startTicks: this.#startTicks(spec.pid),
      swapMiB: 0,
      mappedMiB: 0,
      onCards: new Map(),
    }
    this.processes.set(process.pid, process)
    return process
  }

  /** Ticks after boot: now, or long ago for what was there before the recording. */
  #startTicks(pid: number): number {
    const seconds = this.second === 0 ? UPTIME_SECONDS / 2 : UPTIME_SECONDS + this.second
    return seconds * 100 + (pid % 100)
  }

  end(process: Process): void {
    this.processes.delete(process.pid)
  }

  uuid(card: number): string {
    return `GPU-00000000-0000-4000-8000-${card.toString().padStart(12, '0')}`
  }

  /** What no process owns, on every card. */
  readonly driverMiB = 12

  heldMiB(card: number, gpuInstanceId?: number): number {
    return [...this.processes.values()]
      .filter((process) => gpuInstanceId === undefined || process.gpuInstanceId === gpuInstanceId)
      .reduce((total, { onCards }) => total + (onCards.get(card) ?? 0), 0)
  }

  /** What the next allocation may take. */
  freeMiB(card: number, process?: Process): number {
    const spec = this.spec.cards[card]
    if (spec === undefined) return 0
    if (spec.integrated === true) return this.availableMiB()
    const instance = spec.instances?.find(({ gpuInstanceId }) => gpuInstanceId === process?.gpuInstanceId)
    if (instance !== undefined)
      return instance.totalMiB - INSTANCE_OWN_MIB - this.heldMiB(card, instance.gpuInstanceId)
    return spec.totalMiB - spec.reservedMiB - this.driverMiB - this.heldMiB(card)
  }

  /** Allocates, or takes nothing and returns false: CUDA out of memory. */
  take(process: Process, card: number, mib: number): boolean {
    if (mib > 0 && mib > this.freeMiB(card, process)) return false
    process.onCards.set(card, (process.onCards.get(card) ?? 0) + mib)
    return true
  }

  /** Brings what it holds on a card to `mib`. */
  hold(process: Process, card: number, mib: number): boolean {
    return this.take(process, card, Math.round(mib) - (process.onCards.get(card) ?? 0))
  }

  availableMiB(): number {
    const anonymous = [...this.processes.values()].reduce((total, { residentMiB }) => total + residentMiB, 0)
    const onIntegrated = this.spec.cards.reduce(
      (total, { integrated }, card) => total + (integrated === true ? this.heldMiB(card) : 0),
      0,
    )
    return this.spec.hostMiB - SYSTEM_MIB - anonymous - onIntegrated + this.swapUsedMiB
  }

  groupAnonymousMiB(path: string): number {
    return [...this.processes.values()]
      .filter(({ cgroup }) => cgroup === path)
      .reduce((total, { residentMiB }) => total + residentMiB, 0)
  }

  /** How busy a card is, percent. It moves every half minute, so that a document without news is one that was read before. */
  busy(card: number, percent: number): void {
    const before = this.#busySince.get(card) ?? -Infinity
    const isTurn = percent === 0 || this.utilization[card] === 0
    if (!isTurn && this.second - before < STEADY_SECONDS) return
    this.#busySince.set(card, this.second)
    this.utilization[card] = percent === 0 ? 0 : Math.round(Math.min(100, percent + this.between(-3, 3)))
  }

  /** Answers a want with a page of status 200. */
  answer(name: string, page: () => string, contentType = 'application/json'): void {
    this.pages.set(name, () => ({ kind: 'text', text: page(), status: 200, contentType }))
  }

  file(name: string, text: string): void {
    if (!this.pages.has(name)) this.pages.set(name, { kind: 'text', text })
  }

  /** Where its process waits for connections; undefined while it does not. */
  listens(pid: number, port: number | undefined): void {
    const own = port === undefined ? '' : `127.0.0.1 ${port} own\n`
    const before = this.pages.get(`sockets/${pid}`)
    const text = `network same\n${own}`
    if (typeof before === 'object' && before.kind === 'text' && before.text === text) return
    this.pages.set(`sockets/${pid}`, { kind: 'text', text })
  }

  refuse(name: string): void {
    const fault = { kind: 'unreachable', host: '127.0.0.1', lastLine: 'connect ECONNREFUSED' } as const
    this.pages.set(name, { kind: 'fault', fault })
  }

  happened(kind: OutcomeKind, where: Omit<Happened, 'kind' | 'elapsedMs'>): void {
    this.outcomes.push({ elapsedMs: this.second * 1000, kind, ...where })
    if (kind.endsWith('-oom')) this.endsAt = this.second + AFTERMATH_SECONDS
  }

  /** CUDA is out of memory: the process that asked is lost. */
  cudaOom(process: Process, card: number, more: Pick<Happened, 'foreseeable'> = {}): void {
    const isUnified = this.spec.cards[card]?.integrated === true
    this.happened(isUnified ? 'unified-oom' : 'cuda-oom', { gpu: this.uuid(card), pid: process.pid, ...more })
    if (isUnified) this.kill(process)
    else this.end(process)
  }

  /** The kernel kills a process for its memory. */
  kill(process: Process): void {
    this.oomKills += 1
    const group = this.groups.get(process.cgroup)
    if (group !== undefined) group.oomKills += 1
    this.end(process)
  }
}

/** The machine was up for so long when the recording began. */
export const UPTIME_SECONDS = 1_040_000
const STEADY_SECONDS = 30
/** How long a recording goes on after what it is about has ended. */
const AFTERMATH_SECONDS = 60
/** What the kernel, its slabs and the daemons of a server hold. */
const SYSTEM_MIB = 6000
/** A MIG instance has a little in use before anything runs in it (seen: 13–32 MiB). */
export const INSTANCE_OWN_MIB = 32
