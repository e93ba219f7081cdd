import type { Traffic } from '../simulator/engines.ts'
import type { Machine } from '../simulator/machine.ts'
import { poisson } from './chance.ts'

export interface Demand {
  /** Requests a second that come. */
  readonly rate: (second: number) => number
  readonly size: () => RequestSize
  readonly mostRunning: number
  readonly capacityTokens: () => number
  /** Of one request. */
  readonly tokensPerSecond: number
}

export interface RequestSize {
  readonly promptTokens: number
  readonly answerTokens: number
}

interface Request {
  tokens: number
  leftTokens: number
}

const BLOCK_TOKENS = 16
/** Part of the pool that is kept free when a request is let in. */
const WATERMARK = 0.01
/** So many preemptions within a minute are harm (docs/risk.md). */
const HARM = 3

/**
 * A scheduler of single requests over a pool of blocks: first come, first served; where a running request finds no
 * block, the newest is thrown out and computed again. What the pool does follows from the requests alone.
 */
export class Scheduler {
  readonly #machine: Machine
  readonly #demand: Demand
  readonly #running: Request[] = []
  readonly #waiting: Request[] = []
  /** The seconds in which requests were thrown out, of the last minute. */
  #thrownOutAt: number[] = []
  #isHarm = false

  constructor(machine: Machine, demand: Demand) {
    this.#machine = machine
    this.#demand = demand
  }

  readonly traffic = (second: number): Traffic => {
    const { size, rate } = this.#demand
    for (let count = poisson(this.#machine.random, rate(second)); count > 0; count -= 1) {
      const { promptTokens, answerTokens } = size()
      this.#waiting.push({ tokens: promptTokens, leftTokens: answerTokens })
    }
    const thrownOut = this.#generate()
    this.#admit()
    this.#label(second, thrownOut)
    return {
      usedRatio: Math.min(1, this.#usedTokens() / this.#demand.capacityTokens()),
      running: this.#running.length,
      waiting: this.#waiting.length,
      preemptionsPerSecond: thrownOut,
    }
  }

  #generate(): number {
    const { tokensPerSecond, capacityTokens } = this.#demand
    for (const request of this.#running) {
      const made = Math.min(tokensPerSecond, request.leftTokens)
      request.tokens += made
      request.leftTokens -= made
    }
    const done = this.#running.filter(({ leftTokens }) => leftTokens <= 0)
    for (const request of done) this.#running.splice(this.#running.indexOf(request), 1)
    let thrownOut = 0
    while (this.#usedTokens() > capacityTokens()) {
      const newest = this.#running.pop()
      if (newest === undefined) break
      this.#waiting.unshift(newest)
      thrownOut += 1
    }
    return thrownOut
  }

  #admit(): void {
    const { mostRunning, capacityTokens } = this.#demand
    const most = (1 - WATERMARK) * capacityTokens()
    for (let used = this.#usedTokens(); this.#running.length < mostRunning;) {
      const [next] = this.#waiting
      if (next === undefined || used + blocksOf(next) > most) return
      this.#waiting.shift()
      this.#running.push(next)
      used += blocksOf(next)
    }
  }

  #usedTokens(): number {
    return this.#running.reduce((total, request) => total + blocksOf(request), 0)
  }

  /** Harm is labelled where it begins. */
  #label(second: number, thrownOut: number): void {
    const before = this.#thrownOutAt.filter((at) => second - at < 60)
    this.#thrownOutAt = [...before, ...Array.from({ length: thrownOut }, () => second)]
    const isHarm = this.#thrownOutAt.length >= HARM
    if (isHarm && !this.#isHarm && this.#machine.outcomes.length === 0) {
      this.#machine.happened('kv-saturation', {
        workload: 'vllm:4200',
        pid: 4202,
        gpu: this.#machine.uuid(0),
      })
      this.#machine.endsAt = this.#machine.second + 300
    }
    this.#isHarm = isHarm
  }
}

function blocksOf({ tokens }: Request): number {
  return Math.ceil(tokens / BLOCK_TOKENS) * BLOCK_TOKENS
}
