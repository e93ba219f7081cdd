import { Vllm } from '../simulator/engines.ts'
import type { Actor, Machine } from '../simulator/machine.ts'
import { LLAMA_8B, minutes, ONE_H100, seconds } from '../simulator/places.ts'
import type { Deviation, Shape } from '../simulator/shape.ts'
import { exponential, logNormal } from './chance.ts'
import { Scheduler, type Demand } from './scheduler.ts'

type Load = Pick<Demand, 'rate' | 'size'>

const HEALTHY = { kind: 'healthy' } as const
const SATURATED = { kind: 'outcome', class: 'kv-saturation', names: ['vllm:4200'] } as const

/** Pools that are filled by single requests. */
export const REQUEST_SHAPES: readonly Shape[] = [
  {
    name: 'requests of two sizes',
    what: 'short chats and long documents come at random, and the pool is half full',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(90),
    expects: HEALTHY,
    play: (machine, engine) => [serve(machine, engine, { rate: () => 15, size: twoSizes(machine) })],
  },
  {
    name: 'bursts of long contexts',
    what: 'a few conversations of 40,000 tokens come at once beside light traffic, and leave',
    machine: ONE_H100,
    intervalMs: seconds(2),
    durationMs: minutes(90),
    expects: HEALTHY,
    play: (machine, engine) => {
      let next = exponential(machine.random, 500)
      let left = 0
      const rate = (second: number): number => {
        if (second >= next) {
          left = Math.round(machine.between(2, 5))
          next = second + 240 + exponential(machine.random, 600)
        }
        return 6 + left
      }
      const chat = twoSizes(machine)
      const size = () => {
        if (left <= 0 || machine.random() > 0.4) return chat()
        left -= 1
        return { promptTokens: machine.between(30_000, 48_000), answerTokens: machine.between(1000, 6000) }
      }
      return [serve(machine, engine, { rate, size })]
    },
  },
  {
    name: 'arrivals outgrow the pool',
    what: 'ever more users of a reasoning model come until requests are thrown out',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(100),
    expects: { ...SATURATED, growthSeconds: 1500 },
    play: (machine, engine) => {
      const grows = machine.between(1500, 3600)
      const rate = (second: number): number => 1 + 6 * Math.min(1, Math.max(0, second - 300) / grows)
      const size = () => ({
        promptTokens: Math.min(4000, logNormal(machine.random, 300, 0.7)),
        answerTokens: Math.min(8000, logNormal(machine.random, 2200, 0.5)),
      })
      return [serve(machine, engine, { rate, size })]
    },
  },
  {
    name: 'long answers to short questions',
    what: 'a class of students asks a reasoning model at once, and all answers grow together',
    machine: ONE_H100,
    intervalMs: seconds(2),
    durationMs: minutes(40),
    expects: { ...SATURATED, growthSeconds: 400 },
    play: (machine, engine) => {
      const from = machine.between(120, 400)
      const rate = (second: number): number => (second >= from && second < from + 60 ? 0.75 : 0.02)
      const size = () => ({
        promptTokens: machine.between(100, 400),
        answerTokens: machine.between(14_000, 24_000),
      })
      return [serve(machine, engine, { rate, size })]
    },
  },
  {
    name: 'a day of arrivals',
    what: 'users come and go with the hours, and the pool is three quarters full at noon',
    machine: ONE_H100,
    intervalMs: seconds(30),
    durationMs: minutes(480),
    expects: HEALTHY,
    play: (machine, engine) => {
      const shift = machine.random()
      const rate = (second: number): number => 3 + 17 * Math.sin(Math.PI * (second / 28_800 + shift)) ** 2
      return [serve(machine, engine, { rate, size: twoSizes(machine) })]
    },
  },
  {
    name: 'a rush at every full hour',
    what: 'jobs of other systems double the traffic for minutes, and the pool fills to nine tenths',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(180),
    expects: HEALTHY,
    play: (machine, engine) => {
      const every = machine.between(900, 1500)
      const lasts = machine.between(180, 400)
      const rate = (second: number): number => (second % every < lasts ? 22 : 10)
      return [serve(machine, engine, { rate, size: twoSizes(machine) })]
    },
  },
]

function serve(machine: Machine, engine: Deviation, load: Load): Actor {
  const scheduler = new Scheduler(machine, {
    ...load,
    mostRunning: 1024,
    tokensPerSecond: 40,
    capacityTokens: () => server.capacityTokens(),
  })
  const server: Vllm = new Vllm(
    machine,
    {
      ...LLAMA_8B,
      flags: ['--max-model-len', '65536', '--max-num-seqs', '1024'],
      startsAt: 0,
      loadSeconds: 0,
      traffic: scheduler.traffic,
    },
    engine,
  )
  return server.act
}

/** Chats, and questions about a document. */
function twoSizes(machine: Machine): Demand['size'] {
  return () =>
    machine.random() < 0.85
      ? {
          promptTokens: Math.min(8000, logNormal(machine.random, 350, 0.8)),
          answerTokens: Math.min(4000, logNormal(machine.random, 220, 0.7)),
        }
      : {
          promptTokens: Math.min(20_000, logNormal(machine.random, 5500, 0.4)),
          answerTokens: Math.min(4000, logNormal(machine.random, 350, 0.6)),
        }
}
