import type { RawSample } from '../../../src/model/sample.ts'
import type { RiskClass } from '../../../src/model/risk.ts'
import { Machine, type Actor, type Happened, type MachineSpec } from './machine.ts'
import { Observer } from './parts.ts'

/** A course of events with a known end, as it happens on machines that run language models. */
export interface Shape {
  readonly name: string
  /** One sentence: what happens. */
  readonly what: string
  readonly machine: MachineSpec
  readonly intervalMs: number
  readonly durationMs: number
  readonly expects: Expectation
  /** What lives on the machine. */
  readonly play: (machine: Machine, engine: Deviation) => readonly Actor[]
}

export type Expectation =
  /** Nothing happens: whoever warns is wrong. */
  | { readonly kind: 'healthy' }
  | {
      readonly kind: 'outcome'
      readonly class: RiskClass
      /** From the first sign to the outcome; the sooner it comes, the shorter the warning may be. */
      readonly growthSeconds: number
      /** The workloads of which one must be named: who grows, not who is hit. */
      readonly names: readonly string[]
    }
  /** Nothing tells it beforehand. */
  | { readonly kind: 'unforeseeable'; readonly class: RiskClass }
  /** It can't be foreseen by a warning; a watch should stand. */
  | { readonly kind: 'watched'; readonly class: RiskClass }
  /** Worth showing or not: counts neither way. */
  | { readonly kind: 'neither' }

/** How far what engines really take is from what formulas say: 1 is as predicted, 1.1 is 10 % more. */
export interface Deviation {
  readonly factor: number
}

export interface Simulated {
  readonly samples: readonly RawSample[]
  readonly outcomes: readonly Happened[]
}

/** Plays a shape. The same seed gives the same recording. */
export type Simulation = (shape: Shape, seed: number, factor?: number) => Simulated

/** As a source sees it that is always in time. */
export const simulateShape: Simulation = (shape, seed, factor = 1) => {
  const machine = new Machine(shape.machine, seed * 7919 + 17)
  const actors = shape.play(machine, { factor })
  const observer = new Observer(machine, shape.intervalMs)
  const samples: RawSample[] = []
  const stepSeconds = shape.intervalMs / 1000
  for (let second = 0; second <= Math.min(shape.durationMs / 1000, machine.endsAt); second += 1) {
    machine.second = second
    for (const act of actors) act(second)
    if (second % stepSeconds === 0 && second >= machine.unseenUntil) samples.push(observer.sample())
  }
  return {
    samples,
    outcomes: machine.outcomes.length > 0 ? machine.outcomes : [{ elapsedMs: 0, kind: 'none' }],
  }
}
