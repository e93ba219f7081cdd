import { LlamaServer } from '../simulator/llama.ts'
import type { Actor, Machine } from '../simulator/machine.ts'
import { LLAMA_8B_Q8 } from '../simulator/models.ts'
import type { SlotMoment } from '../simulator/pages.ts'
import { minutes, ONE_4090, seconds } from '../simulator/places.ts'
import type { Deviation, Shape } from '../simulator/shape.ts'
import { exponential, logNormal, logUniform } from './chance.ts'
import { keepAlive } from './keep-alive.ts'

const HEALTHY = { kind: 'healthy' } as const
const CONTEXT_TOKENS = 16_384

/** llama-server with requests that follow each other at random, and Ollama by its keep-alive. */
export const QUEUE_SHAPES: readonly Shape[] = [
  {
    name: 'slots with requests of two sizes',
    what: 'questions and documents share four slots, and every request has a limit that fits',
    machine: ONE_4090,
    intervalMs: seconds(2),
    durationMs: minutes(90),
    expects: HEALTHY,
    play: (machine, engine) => [
      llamaServer(machine, engine, 4, () => {
        const prompt = machine.random() < 0.7 ? 400 : machine.between(9000, 12_000)
        return { prompt, answer: machine.between(50, 1900), limit: 2000 }
      }),
    ],
  },
  {
    name: 'answers without a limit that end',
    what: 'nobody sets a limit, and answers end by themselves, a few of them late',
    machine: ONE_4090,
    intervalMs: seconds(2),
    durationMs: minutes(90),
    expects: HEALTHY,
    play: (machine, engine) => [
      llamaServer(machine, engine, 2, () => ({
        prompt: machine.between(200, 3000),
        answer: Math.min(11_000, logNormal(machine.random, 500, 1.1)),
        limit: -1,
      })),
    ],
  },
  {
    name: 'an agent that never stops',
    what: 'an agent comes back with a longer conversation each time, until its last answer has no end',
    machine: ONE_4090,
    intervalMs: seconds(2),
    durationMs: minutes(90),
    expects: { kind: 'outcome', class: 'context-limit', growthSeconds: 180, names: ['llama.cpp:5200'] },
    play: (machine, engine) => [agent(machine, engine)],
  },
  {
    name: 'models by keep-alive',
    what: 'three models of Ollama are asked at random, unloaded after five minutes or for want of room',
    machine: ONE_4090,
    intervalMs: seconds(2),
    durationMs: minutes(120),
    expects: HEALTHY,
    play: (machine, engine) => [keepAlive(machine, engine)],
  },
]

interface Asked {
  readonly prompt: number
  readonly answer: number
  /** -1: none. */
  readonly limit: number
}

interface Slot {
  readonly id: number
  asked: Asked
  task: number
  beganAt: number
  freeAt: number
  nextAt: number
  perSecond: number
}

function llamaServer(machine: Machine, engine: Deviation, count: number, ask: () => Asked): Actor {
  let task = 0
  const slots: Slot[] = Array.from({ length: count }, (_, id) => ({
    id,
    asked: { prompt: 0, answer: 0, limit: -1 },
    task: -1,
    beganAt: 0,
    freeAt: -1,
    nextAt: exponential(machine.random, 40),
    perSecond: 30,
  }))
  const serves = (second: number): readonly SlotMoment[] =>
    slots.map((slot) => {
      if (second >= slot.nextAt) {
        slot.asked = ask()
        slot.task = task += 1
        slot.beganAt = second
        slot.perSecond = machine.between(18, 55)
        slot.freeAt = second + slot.asked.answer / slot.perSecond
        slot.nextAt = slot.freeAt + exponential(machine.random, 30)
      }
      const { prompt, answer, limit } = slot.asked
      const busy = second < slot.freeAt
      const generated = busy ? (second - slot.beganAt) * slot.perSecond : answer
      const remaining = limit < 0 ? -1 : busy ? limit - generated : 0
      return {
        id: slot.id,
        contextTokens: CONTEXT_TOKENS,
        busy,
        task: slot.task,
        tokens: prompt + generated,
        generated,
        remaining,
      }
    })
  return new LlamaServer(machine, { ...llamaPlan(count), serves }, engine).act
}

function llamaPlan(slots: number) {
  return {
    pid: 5200,
    model: LLAMA_8B_Q8,
    path: '/models/Llama-3.1-8B-Instruct-Q8_0.gguf',
    contextTokens: slots * CONTEXT_TOKENS,
    slots,
    port: 8080,
    card: 0,
    startsAt: 0,
  }
}

/** Each turn reads what came before and a result of a tool; the last answer runs on. */
function agent(machine: Machine, engine: Deviation): Actor {
  const perSecond = machine.between(25, 60)
  let prompt = 800
  let answer = 300
  let beganAt = 60
  let task = 1
  const serves = (second: number): readonly SlotMoment[] => {
    const isLast = prompt > 0.55 * CONTEXT_TOKENS
    const pauseSeconds = 8
    if (!isLast && second > beganAt + answer / perSecond + pauseSeconds) {
      prompt += answer + machine.between(300, 1600)
      answer = logUniform(machine.random, 80, 600)
      beganAt = second
      task += 1
    }
    const generated = Math.max(0, second - beganAt) * perSecond
    const isFull = isLast && prompt + generated >= CONTEXT_TOKENS
    if (isFull && machine.outcomes.length === 0) {
      machine.happened('context-limit', { gpu: machine.uuid(0), workload: 'llama.cpp:5200', pid: 5200 })
      machine.endsAt = machine.second + 60
    }
    const busy = second >= beganAt && !isFull && (isLast || generated < answer)
    const made = isLast ? Math.min(generated, CONTEXT_TOKENS - prompt) : Math.min(generated, answer)
    return [
      {
        id: 0,
        contextTokens: CONTEXT_TOKENS,
        busy,
        task,
        tokens: prompt + made,
        generated: made,
        remaining: -1,
      },
    ]
  }
  return new LlamaServer(machine, { ...llamaPlan(1), serves }, engine).act
}

const GROUP = '/system.slice/llama.service'

/** llama-server in a group of its own, that keeps prompts in host memory up to a limit (--cache-ram). */
export function llamaInGroup(
  machine: Machine,
  engine: Deviation,
  { limitMiB, cacheMiB }: { readonly limitMiB: number; readonly cacheMiB: number },
): Actor {
  machine.groups.set(GROUP, { maxMiB: limitMiB, fileMiB: 900, oomKills: 0 })
  const residentMiB = 1400
  const promptEvery = machine.between(8, 40)
  let cachedMiB = 0
  let next = 60
  const serves = (): readonly SlotMoment[] => [
    { id: 0, contextTokens: CONTEXT_TOKENS, busy: false, task: 3, tokens: 900, generated: 200, remaining: 0 },
  ]
  const server = new LlamaServer(machine, { ...llamaPlan(1), cgroup: GROUP, residentMiB, serves }, engine)
  return (second) => {
    server.act(second)
    const { process } = server
    if (process === undefined || server.ended || second < next) return
    next = second + exponential(machine.random, promptEvery)
    // a conversation of Llama 3.1 8B: an eighth of a MiB for each token
    cachedMiB += logNormal(machine.random, 700, 0.7) / 8
    // the oldest prompts make room for the new one
    if (cachedMiB > cacheMiB) cachedMiB = cacheMiB - machine.between(0, 300)
    process.residentMiB = residentMiB + cachedMiB
    if (process.residentMiB + 40 < limitMiB) return
    machine.kill(process)
    server.end()
    machine.happened('host-oom', { workload: 'llama.cpp:5200', pid: process.pid })
  }
}
