import type { Machine } from '../simulator/machine.ts'
import { minutes, ONE_H100, seconds, SLICED_A100 } from '../simulator/places.ts'
import type { Shape } from '../simulator/shape.ts'
import { transformersServe } from '../simulator/torch.ts'
import type { Tensor } from './allocator.ts'
import { exponential, logNormal, logUniform, poisson } from './chance.ts'
import { TorchProgram, type ProgramPlan } from './torch-program.ts'

const OUT_OF_MEMORY = { kind: 'outcome', class: 'cuda-oom', names: ['transformers:9120'] } as const
const HEALTHY = { kind: 'healthy' } as const
const ROOM_MIB = 52_000

/** Servers on torch's caching allocator, with conversations that come, grow, and go or stay. */
export const ALLOCATOR_SHAPES: readonly Shape[] = [
  {
    name: 'conversations of all lengths',
    what: 'caches grow and are freed, and what the allocator keeps creeps toward its plateau',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(180),
    expects: HEALTHY,
    play: (machine, { factor }) => [conversing(machine, serverPlan(), { perMinute: 2, kept: 0, factor })],
  },
  {
    name: 'conversations that are kept',
    what: 'some conversations are never freed, and memory is gone within half an hour or half a day',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(480),
    expects: { ...OUT_OF_MEMORY, growthSeconds: 1500 },
    play: (machine, { factor }) => [
      conversing(machine, serverPlan(), { perMinute: 4, kept: logUniform(machine.random, 0.12, 1), factor }),
    ],
  },
  {
    name: 'a cache with a limit',
    what: 'a cache of prefixes grows for an hour or two to its limit of 24 GiB, and stays there',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(240),
    expects: HEALTHY,
    play: (machine) => {
      const pace = 24_000 / machine.between(3600, 7200)
      return [holding(machine, serverPlan(), (second) => Math.min(24_000, second * pace))]
    },
  },
  {
    name: 'a leak that is recycled',
    what: 'a worker that leaks is replaced every half hour, long before the card is full',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(150),
    expects: HEALTHY,
    play: (machine) => recycled(machine),
  },
  {
    name: 'a leak that rests',
    what: 'memory is lost while requests come, and nothing happens for minutes in between',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(600),
    expects: { ...OUT_OF_MEMORY, growthSeconds: 240 },
    play: (machine) => {
      const busy = machine.between(240, 480)
      const idle = machine.between(300, 700)
      const pace = machine.between(6, 16)
      const needs = (second: number): number => {
        const rounds = Math.floor(second / (busy + idle))
        return pace * (rounds * busy + Math.min(busy, second - rounds * (busy + idle)))
      }
      return [holding(machine, serverPlan(), needs)]
    },
  },
  {
    name: 'growth that gathers pace',
    what: 'each new user keeps a conversation open, and ever more users come',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(120),
    expects: { ...OUT_OF_MEMORY, growthSeconds: 1800 },
    play: (machine) => {
      const lasts = machine.between(1800, 4500)
      return [holding(machine, serverPlan(), (second) => ROOM_MIB * (second / lasts) ** 2)]
    },
  },
  {
    name: 'a leak that is seen once a minute',
    what: 'the same leak for a log that was taken every minute',
    machine: ONE_H100,
    intervalMs: seconds(60),
    durationMs: minutes(360),
    expects: { ...OUT_OF_MEMORY, growthSeconds: 3000 },
    play: (machine, { factor }) => [
      conversing(machine, serverPlan(), { perMinute: 4, kept: logUniform(machine.random, 0.2, 0.6), factor }),
    ],
  },
  {
    name: 'one of two slices leaks',
    what: 'two servers have a MIG slice each, one leaks in steps, the other breathes',
    machine: SLICED_A100,
    intervalMs: seconds(5),
    durationMs: minutes(240),
    expects: { ...OUT_OF_MEMORY, growthSeconds: 1800 },
    play: (machine, { factor }) => {
      const leak = { perMinute: 3, kept: logUniform(machine.random, 0.15, 0.6), factor }
      return [
        conversing(machine, serverPlan({ weightsMiB: 15_623, gpuInstanceId: 1 }), leak),
        conversing(machine, serverPlan({ pid: 9800, weightsMiB: 15_623, gpuInstanceId: 2 }), {
          ...leak,
          perMinute: 0.5,
          kept: 0,
        }),
      ]
    },
  },
]

interface ServerPlan {
  readonly pid?: number
  readonly weightsMiB?: number
  readonly gpuInstanceId?: number
  readonly startsAt?: number
}

/** A transformers server whose model is named with each request: nothing says what it may need. */
function serverPlan({
  pid = 9120,
  weightsMiB = 28_169,
  gpuInstanceId,
  startsAt = 0,
}: ServerPlan = {}): ProgramPlan {
  const { comm, command } = transformersServe('')
  return {
    process: {
      pid,
      comm,
      command: command.slice(0, 3),
      uid: 1000,
      residentMiB: 2800,
      ...(gpuInstanceId === undefined ? {} : { gpuInstanceId }),
    },
    card: 0,
    startsAt,
    weightsMiB,
    loadSeconds: startsAt === 0 ? 0 : 25,
  }
}

/** KV cache of one token of a model of 14B, MiB. */
const MIB_PER_TOKEN = 160 / 1024
const GROWS_BY_TOKENS = 64
/** It is 80 tensors, of 40 layers, and the allocator rounds each to 2 MiB. */
const CACHE_GRAIN_MIB = 160

function cacheMiB(tokens: number, factor: number): number {
  return Math.ceil((tokens * MIB_PER_TOKEN * factor) / CACHE_GRAIN_MIB) * CACHE_GRAIN_MIB
}

interface Conversations {
  readonly perMinute: number
  /** Part of the conversations that nobody frees. */
  readonly kept: number
  readonly factor: number
}

interface Conversation {
  tensor: Tensor
  tokens: number
  leftTokens: number
}

/** torch.cat makes a new tensor for every step of the cache, and frees the old one. */
function conversing(
  machine: Machine,
  plan: ProgramPlan,
  { perMinute, kept, factor }: Conversations,
): (second: number) => void {
  const open: Conversation[] = []
  return new TorchProgram(machine, plan, (program) => {
    for (let count = poisson(machine.random, perMinute / 60); count > 0; count -= 1) {
      const tokens = Math.min(4000, logNormal(machine.random, 900, 0.7))
      const tensor = program.take(cacheMiB(tokens, factor))
      if (tensor === undefined) return
      open.push({ tensor, tokens, leftTokens: Math.min(2500, logNormal(machine.random, 600, 0.8)) })
    }
    for (const conversation of open) {
      conversation.tokens += GROWS_BY_TOKENS
      conversation.leftTokens -= GROWS_BY_TOKENS
      const larger = program.take(cacheMiB(conversation.tokens, factor))
      if (larger === undefined) return
      program.giveBack([conversation.tensor])
      conversation.tensor = larger
    }
    for (const done of open.filter(({ leftTokens }) => leftTokens <= 0)) {
      open.splice(open.indexOf(done), 1)
      if (machine.random() >= kept) program.giveBack([done.tensor])
    }
  }).act
}

/** Keeps tensors of random sizes until they come to what is needed. */
function holding(
  machine: Machine,
  plan: ProgramPlan,
  needsMiB: (second: number) => number,
): (second: number) => void {
  return new TorchProgram(machine, plan, holder(machine, needsMiB)).act
}

function holder(
  machine: Machine,
  needsMiB: (second: number) => number,
): (program: TorchProgram, second: number) => void {
  let heldMiB = 0
  return (program, second) => {
    while (heldMiB < needsMiB(second)) {
      const tensor = program.take(logUniform(machine.random, 4, 400))
      if (tensor === undefined) return
      heldMiB += tensor.mib
    }
  }
}

function recycled(machine: Machine): readonly ((second: number) => void)[] {
  let worker: TorchProgram | undefined
  let next = 0
  let count = 0
  return [
    (second) => {
      if (second >= next) {
        worker?.stop()
        const pace = 26_000 / 1900
        const plan = serverPlan({ pid: 9120 + count * 31, startsAt: second })
        worker = new TorchProgram(
          machine,
          plan,
          holder(machine, (age) => age * pace),
        )
        next = second + 1200 + Math.round(Math.min(700, exponential(machine.random, 300)))
        count += 1
      }
      worker?.act(second)
    },
  ]
}
