import { Vllm } from './engines.ts'
import type { Machine } from './machine.ts'
import { LLAMA_8B, minutes, ONE_H100, seconds } from './places.ts'
import type { Deviation, Shape } from './shape.ts'
import { breathing } from './shapes-pool.ts'
import { NOTEBOOK, Torch, TRAINING, transformersServe, type TorchPlan } from './torch.ts'

const QWEN3_14B: Pick<TorchPlan, 'pid' | 'comm' | 'command' | 'startsAt' | 'weightsMiB' | 'loadSeconds'> = {
  pid: 9120,
  ...transformersServe('Qwen/Qwen3-14B'),
  startsAt: 0,
  loadSeconds: 0,
  weightsMiB: { 0: 28_169 },
}

/** What is left beside it on an H100. */
const ROOM_MIB = 52_000

/** Allocators that take memory as they go, and neighbours. */
export const GROWTH_SHAPES: readonly Shape[] = [
  {
    name: 'growth to out of memory',
    what: 'a transformers server keeps the cache of every conversation, at a steady pace for 20 to 30 minutes',
    machine: ONE_H100,
    intervalMs: seconds(2),
    durationMs: minutes(45),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 1200, names: ['transformers:9120'] },
    play: (machine, engine) => {
      const calm = machine.between(60, 180)
      const pace = ROOM_MIB / machine.between(1200, 1800)
      const noise = jitter(machine, 60)
      return [serve(machine, engine, (s) => Math.max(0, (s - calm) * pace) + noise())]
    },
  },
  {
    name: 'fast growth to out of memory',
    what: 'a transformers server is given very long prompts and fills the card within two minutes',
    machine: ONE_H100,
    intervalMs: seconds(1),
    durationMs: minutes(15),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 120, names: ['transformers:9120'] },
    play: (machine, engine) => {
      const calm = machine.between(120, 300)
      const pace = ROOM_MIB / machine.between(120, 180)
      return [serve(machine, engine, (s) => Math.max(0, (s - calm) * pace))]
    },
  },
  {
    name: 'staircase to out of memory',
    what: 'each session leaves one to three GiB behind, every few minutes',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(180),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 3600, names: ['transformers:9120'] },
    play: (machine, engine) => [serve(machine, engine, stairs(machine, Infinity), 'transformers')],
  },
  {
    name: 'staircase to a plateau',
    what: 'the same, but it stops at six tenths of the card',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [serve(machine, engine, stairs(machine, 19_000), 'transformers')],
  },
  {
    name: 'slow leak',
    what: 'a transformers server loses a hundred MiB a minute to requests that were given up, for hours',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(360),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 8000, names: ['transformers:9120'] },
    play: (machine, engine) => {
      const pace = 16_500 / machine.between(7500, 14_000)
      const plan = { ...QWEN3_14B, ...transformersServe('Qwen/Qwen3-32B'), weightsMiB: { 0: 62_488 } }
      const peak = highest((s) => s * pace + 350 * Math.max(0, Math.sin(s / 97)))
      return [new Torch(machine, { ...plan, grows: peak }, engine).act]
    },
  },
  {
    name: 'conversations',
    what: 'memory swings with the length of conversations, within what the model can need',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(150),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const period = machine.between(300, 700)
      const most = machine.between(3500, 5500)
      return [serve(machine, engine, (s) => 300 + most * ((s % period) / period))]
    },
  },
  {
    name: 'short spikes',
    what: 'long prompts take the card to 97 % and more for one to four seconds, and give it back',
    machine: ONE_H100,
    intervalMs: seconds(1),
    durationMs: minutes(25),
    expects: { kind: 'neither' },
    play: (machine, engine) => {
      let until = 0
      let next = machine.between(100, 300)
      const spike = (s: number): number => {
        if (s >= next) {
          until = s + Math.round(machine.between(1, 4))
          next = s + machine.between(180, 480)
        }
        return s < until ? ROOM_MIB * 0.985 : 9000
      }
      return [serve(machine, engine, spike)]
    },
  },
  {
    name: 'neighbour that grows',
    what: 'a notebook grows beside a vLLM server until one of them finds no memory',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(45),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 1200, names: ['pytorch:8300'] },
    play: (machine, engine) => {
      const server = flatServer(machine, engine, 0.55)
      const pace = 33_000 / machine.between(1000, 1600)
      const calm = machine.between(120, 240)
      const longPrompts = machine.random() < 0.5
      const prompt = (): void => {
        // an activation that the pool's plan had left room for
        if (longPrompts && !server.dead && machine.freeMiB(0) < 900) server.grow(1000)
      }
      return [server.act, neighbour(machine, engine, (s) => Math.max(0, (s - calm) * pace)), prompt]
    },
  },
  {
    name: 'neighbour that fits',
    what: 'a notebook loads a model beside a vLLM server, later a second one, and there is room',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(60),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const first = machine.between(200, 500)
      const second = machine.between(1500, 2200)
      const load = (s: number, from: number, mib: number): number =>
        Math.min(1, Math.max(0, (s - from) / 75)) * mib
      return [
        flatServer(machine, engine, 0.7).act,
        neighbour(machine, engine, (s) => load(s, first, 11_000) + load(s, second, 4500)),
      ]
    },
  },
  {
    name: 'training at its cap',
    what: "a training job's allocator fills the card and lives at 98 to 99.7 % for hours",
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(180),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [train(machine, engine, Infinity)],
  },
  {
    name: 'training that dies',
    what: 'the same, until a batch needs more than the allocator can free',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(150),
    expects: { kind: 'unforeseeable', class: 'cuda-oom' },
    play: (machine, engine) => [train(machine, engine, machine.between(4000, 8000))],
  },
  {
    name: 'training that leaks',
    what: 'a training job keeps a graph by mistake and grows until it is out of memory',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(90),
    expects: { kind: 'watched', class: 'cuda-oom' },
    play: (machine, engine) => {
      const pace = 32_000 / machine.between(1800, 3000)
      const plan = { ...TRAINING_PLAN, foreseeable: false as const }
      return [new Torch(machine, { ...plan, grows: (s) => 44_000 + s * pace }, engine).act]
    },
  },
]

const TRAINING_PLAN: Omit<TorchPlan, 'grows'> = {
  pid: 7000,
  ...TRAINING,
  startsAt: 0,
  loadSeconds: 0,
  weightsMiB: { 0: 4000 },
}

function serve(
  machine: Machine,
  engine: Deviation,
  grows: (second: number) => number,
  model?: 'transformers',
): (second: number) => void {
  // without a model of its own, one is loaded with each request: nothing says what it may need
  const command = transformersServe('Qwen/Qwen3-14B').command.slice(0, 3)
  const plan = { ...QWEN3_14B, ...(model === undefined ? {} : { command }) }
  return new Torch(machine, { ...plan, grows }, engine).act
}

function flatServer(machine: Machine, engine: Deviation, utilization: number): Vllm {
  const traffic = breathing(machine, 0.5)
  return new Vllm(machine, { ...LLAMA_8B, utilization, startsAt: 0, loadSeconds: 0, traffic }, engine)
}

function neighbour(
  machine: Machine,
  engine: Deviation,
  grows: (second: number) => number,
): (second: number) => void {
  const plan = { pid: 8300, uid: 1001, ...NOTEBOOK, startsAt: 0, loadSeconds: 0, weightsMiB: { 0: 600 } }
  return new Torch(machine, { ...plan, grows }, engine).act
}

/** The allocator climbs to the cap, frees its cache there and retries; an evaluation empties it now and then. */
function train(machine: Machine, engine: Deviation, diesAt: number): (second: number) => void {
  const level = machine.between(0.981, 0.997)
  const evaluations = Math.round(machine.between(1500, 2600))
  const climb = machine.between(150, 330)
  const job: Torch = new Torch(
    machine,
    {
      ...TRAINING_PLAN,
      foreseeable: false,
      grows: (s) => {
        if (s >= diesAt) return 90_000
        const all = (level * 81_008) / engine.factor - 4500 - 60
        const sinceEvaluation = s % evaluations
        const isFirst = s < evaluations
        const share = isFirst
          ? Math.min(1, 0.3 + (0.7 * s) / climb)
          : Math.min(1, 0.84 + (0.16 * sinceEvaluation) / 60)
        return all * share - machine.between(0, 40)
      },
    },
    engine,
  )
  return job.act
}

function stairs(machine: Machine, mostMiB: number): (second: number) => number {
  let level = 0
  let next = machine.between(150, 300)
  return (second) => {
    if (second >= next && level < mostMiB) {
      level = Math.min(mostMiB, level + machine.between(1100, 3000))
      next = second + machine.between(150, 300)
    }
    return level
  }
}

/** An allocator keeps the most it ever needed. */
function highest(needs: (second: number) => number): (second: number) => number {
  let most = 0
  return (second) => (most = Math.max(most, needs(second)))
}

function jitter(machine: Machine, mib: number): () => number {
  return () => machine.between(0, mib)
}
