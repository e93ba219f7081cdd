import type { Machine, Process } from './machine.ts'
import type { Deviation } from './shape.ts'
import { vllmMetrics } from './pages.ts'

/** What a vLLM server does with its requests at one second. */
export interface Traffic {
  readonly usedRatio: number
  readonly running: number
  readonly waiting: number
  readonly preemptionsPerSecond?: number
}

export interface VllmPlan {
  /** Of the API server; EngineCore has the next but one. */
  readonly pid: number
  /** As its command names it. */
  readonly model: string
  readonly flags?: readonly string[]
  readonly card: number
  readonly weightsMiB: number
  readonly utilization: number
  /** 0: it was there before. */
  readonly startsAt: number
  readonly loadSeconds: number
  readonly kibPerToken: number
  readonly port?: number
  readonly residentMiB?: number
  /** @param second since it was ready */
  readonly traffic: (second: number) => Traffic
}

const CONTEXT_MIB = 520
/** Activations of the largest batch, which the profile run shows once and the pool leaves room for. */
const PEAK_MIB = 1900
const GRAPHS_MIB = 600

/**
 * vLLM on one card. Start: context, weights at the speed of the disk, a profile run, the pool in one step, CUDA graphs.
 * Then its memory is flat but for the activations that the allocator comes to keep while traffic warms up.
 */
export class Vllm {
  readonly #machine: Machine
  readonly #plan: VllmPlan
  readonly #factor: number
  #core: Process | undefined
  #readyAt: number | undefined
  #counted = { preemptions: 0, prompt: 0, generated: 0 }
  #asleep = false
  #warmMiB = 0
  dead = false

  constructor(machine: Machine, plan: VllmPlan, { factor }: Deviation) {
    this.#machine = machine
    this.#plan = plan
    this.#factor = factor
  }

  get core(): Process | undefined {
    return this.#core
  }

  get rootPid(): number {
    return this.#plan.pid
  }

  get ready(): boolean {
    return this.#readyAt !== undefined
  }

  readonly act = (second: number): void => {
    const { startsAt, pid, model, flags = [], residentMiB = 5200 } = this.#plan
    if (this.dead || second < startsAt) return
    if (second === startsAt) {
      this.#machine.start({
        pid,
        comm: 'vllm',
        command: ['/usr/bin/python3', '/opt/venv/bin/vllm', 'serve', model, ...flags],
        residentMiB: 1850,
      })
    }
    if (second === startsAt + (startsAt === 0 ? 0 : 8)) {
      this.#core = this.#machine.start({
        pid: pid + 2,
        parentPid: pid,
        comm: 'VLLM::EngineCor',
        command: ['VLLM::EngineCore'],
        residentMiB,
        cpuPercent: 100,
      })
    }
    if (this.#core !== undefined) this.#advance(second - startsAt, second)
    this.#answer(second)
  }

  /** The rest of its pool and weights go; what remains are context and graphs. */
  sleep(): void {
    this.#asleep = true
    if (this.#core !== undefined) this.#machine.hold(this.#core, this.#plan.card, SLEEPING_MIB)
  }

  /** Takes everything back, or dies of it. */
  wake(): void {
    if (this.#core === undefined) return
    if (this.#machine.hold(this.#core, this.#plan.card, this.#flatMiB())) this.#asleep = false
    else this.die({ foreseeable: false })
  }

  /** Takes more than its plan; false where it died of it. */
  grow(mib: number): boolean {
    if (this.#core === undefined) return false
    if (this.#machine.take(this.#core, this.#plan.card, mib)) return true
    this.die()
    return false
  }

  /** The user ends it. */
  stop(): void {
    this.#leave()
    if (this.#core !== undefined) this.#machine.end(this.#core)
  }

  die(more: { readonly foreseeable?: false } = {}): void {
    if (this.#core === undefined) return
    this.#leave()
    this.#machine.cudaOom(this.#core, this.#plan.card, more)
  }

  #leave(): void {
    this.dead = true
    const root = this.#machine.processes.get(this.#plan.pid)
    if (root !== undefined) this.#machine.end(root)
    for (const page of ['/metrics', '/version', '/v1/models']) this.#machine.refuse(this.#page(page))
  }

  #advance(age: number, second: number): void {
    const { card, startsAt, loadSeconds } = this.#plan
    const core = this.#core
    if (core === undefined || this.#asleep) return
    if (this.#readyAt !== undefined) {
      this.#warmUp(second - this.#readyAt)
      return
    }
    const loadedAt = 12 + loadSeconds
    const isOld = startsAt === 0
    const wanted = isOld
      ? this.#flatMiB()
      : age < 12
        ? CONTEXT_MIB
        : age < loadedAt
          ? CONTEXT_MIB + blocks((this.#weightsMiB() * (age - 12)) / loadSeconds, 2)
          : age < loadedAt + 4
            ? CONTEXT_MIB + this.#weightsMiB() + PEAK_MIB * this.#factor
            : this.#flatMiB() - GRAPHS_MIB * this.#factor * Math.max(0, 1 - (age - loadedAt - 4) / 10)
    if (!this.#machine.hold(core, card, wanted)) {
      this.die()
      return
    }
    if (isOld || age >= loadedAt + 16) {
      this.#readyAt = second
      if (isOld) this.#warmMiB = -1
    }
  }

  /** The allocator keeps what the largest batches of the first minutes needed. */
  #warmUp(second: number): void {
    const { card } = this.#plan
    if (this.#warmMiB < 0 || this.#core === undefined) return
    const target = blocks(0.75 * PEAK_MIB * this.#factor * (1 - Math.exp(-second / 70)), 20)
    if (target <= this.#warmMiB) return
    this.#machine.take(this.#core, card, target - this.#warmMiB)
    this.#warmMiB = target
  }

  #weightsMiB(): number {
    return Math.round(this.#plan.weightsMiB * this.#factor)
  }

  #budgetMiB(): number {
    const card = this.#machine.spec.cards[this.#plan.card]
    const usable =
      card === undefined
        ? 0
        : card.integrated === true
          ? this.#machine.spec.hostMiB
          : card.totalMiB - card.reservedMiB
    return this.#plan.utilization * usable
  }

  /** What it holds once it serves: the budget less the peak, which is left free, and the graphs on top. */
  #flatMiB(): number {
    const warmMiB = this.#plan.startsAt === 0 ? 0.75 * PEAK_MIB : 0
    return Math.round(this.#budgetMiB() - PEAK_MIB * this.#factor + (GRAPHS_MIB + warmMiB) * this.#factor)
  }

  capacityTokens(): number {
    const poolMiB = this.#budgetMiB() - CONTEXT_MIB - this.#weightsMiB() - PEAK_MIB * this.#factor
    return Math.floor((poolMiB * 1024) / this.#plan.kibPerToken / 16) * 16
  }

  #answer(second: number): void {
    const { model, utilization, card, flags = [] } = this.#plan
    if (this.dead) return
    this.#machine.listens(this.#plan.pid, this.#readyAt === undefined ? undefined : (this.#plan.port ?? 8000))
    if (this.#readyAt === undefined) {
      this.#machine.refuse(this.#page('/metrics'))
      return
    }
    const {
      usedRatio,
      running,
      waiting,
      preemptionsPerSecond = 0,
    } = this.#asleep ? { usedRatio: 0, running: 0, waiting: 0 } : this.#plan.traffic(second - this.#readyAt)
    this.#counted.preemptions += preemptionsPerSecond
    this.#counted.generated += running * 28
    this.#counted.prompt += running * 17
    this.#machine.busy(card, running === 0 ? 0 : Math.min(100, 62 + 35 * usedRatio))
    this.#machine.answer(
      this.#page('/metrics'),
      () =>
        vllmMetrics({
          model: servedName(flags) ?? model,
          utilization,
          capacityTokens: this.capacityTokens(),
          usedRatio,
          running,
          waiting,
          preemptions: this.#counted.preemptions,
          promptTokens: this.#counted.prompt,
          generatedTokens: this.#counted.generated,
          asleep: this.#asleep,
        }),
      'text/plain; version=0.0.4',
    )
    if (second !== this.#readyAt) return
    this.#machine.answer(this.#page('/version'), () => '{"version":"0.17.1"}')
    this.#machine.answer(this.#page('/v1/models'), () =>
      JSON.stringify({
        object: 'list',
        data: [{ id: servedName(flags) ?? model, max_model_len: contextIn(flags) }],
      }),
    )
  }

  #page(path: string): string {
    return `http/127.0.0.1:${this.#plan.port ?? 8000}${path}`
  }
}

const SLEEPING_MIB = 1800

function servedName(flags: readonly string[]): string | undefined {
  const at = flags.indexOf('--served-model-name')
  return at === -1 ? undefined : flags[at + 1]
}

function contextIn(flags: readonly string[]): number {
  const at = flags.indexOf('--max-model-len')
  return at === -1 ? 40_960 : Number(flags[at + 1])
}

/** Rounded down to whole blocks of an allocator. */
export function blocks(mib: number, blockMiB: number): number {
  return Math.floor(mib / blockMiB) * blockMiB
}
