import type { Actor, Machine, Process, ProcessSpec } from '../simulator/machine.ts'
import { CachingAllocator, type Tensor } from './allocator.ts'

const CONTEXT_MIB = 480
/** Weights come in pieces of this size. */
const PIECE_MIB = 160

export interface ProgramPlan {
  readonly process: ProcessSpec
  readonly card: number
  /** 0: it was there before. */
  readonly startsAt: number
  readonly weightsMiB: number
  readonly loadSeconds: number
}

/** A program whose memory is what its tensors make of the caching allocator. */
export class TorchProgram {
  readonly #machine: Machine
  readonly #plan: ProgramPlan
  readonly #live: (program: TorchProgram, second: number) => void
  readonly #allocator: CachingAllocator
  readonly #weights: Tensor[] = []
  process: Process | undefined
  isOver = false

  /** @param live what it does each second once it has loaded; `second` is counted from there */
  constructor(machine: Machine, plan: ProgramPlan, live: (program: TorchProgram, second: number) => void) {
    this.#machine = machine
    this.#plan = plan
    this.#live = live
    this.#allocator = new CachingAllocator((mib) => this.#hold(mib))
  }

  readonly act: Actor = (second) => {
    const { startsAt, process, loadSeconds, weightsMiB } = this.#plan
    if (this.isOver || second < startsAt) return
    if (second === startsAt) this.process = this.#machine.start(process)
    const age = second - startsAt
    const loaded = startsAt === 0 || loadSeconds === 0 ? 1 : Math.min(1, age / loadSeconds)
    while (this.#weights.length * PIECE_MIB < loaded * weightsMiB) {
      const piece = this.take(PIECE_MIB)
      if (piece === undefined) return
      this.#weights.push(piece)
    }
    if (loaded < 1) return
    this.#machine.busy(this.#plan.card, 90)
    this.#live(this, startsAt === 0 ? age : age - loadSeconds)
  }

  /** Undefined: it died of it. */
  take(mib: number): Tensor | undefined {
    const tensor = this.#allocator.allocate(mib)
    if (tensor === undefined && this.process !== undefined && !this.isOver) {
      this.isOver = true
      this.#machine.cudaOom(this.process, this.#plan.card)
    }
    return tensor
  }

  giveBack(tensors: readonly Tensor[]): void {
    for (const tensor of tensors) this.#allocator.free(tensor)
  }

  emptyCache(): void {
    this.#allocator.empty()
  }

  /** Its user ends it. */
  stop(): void {
    this.isOver = true
    if (this.process !== undefined) this.#machine.end(this.process)
  }

  #hold(mib: number): boolean {
    return this.process !== undefined && this.#machine.hold(this.process, this.#plan.card, CONTEXT_MIB + mib)
  }
}
