import { LlamaServer } from './llama.ts'
import type { Actor, Machine } from './machine.ts'
import { LLAMA_8B_Q8, QWEN3_14B_Q4 } from './models.ts'
import { answerLoaded, startOllama, startRunner, type Stored } from './ollama.ts'
import type { SlotMoment } from './pages.ts'
import { minutes, ONE_4090, seconds } from './places.ts'
import type { Deviation, Shape } from './shape.ts'

const FILE = '/models/Llama-3.1-8B-Instruct-Q8_0.gguf'

/** llama-server and Ollama on a card of 24 GB. */
export const SLOT_SHAPES: readonly Shape[] = [
  {
    name: 'idle slots with old tokens',
    what: 'four slots of llama-server keep the tokens of their last requests, nearly full, and are idle',
    machine: ONE_4090,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [oldTokens(machine, engine)],
  },
  {
    name: 'slot that fills',
    what: 'a request without a limit generates until the context of its slot is full',
    machine: ONE_4090,
    intervalMs: seconds(2),
    durationMs: minutes(30),
    expects: { kind: 'outcome', class: 'context-limit', growthSeconds: 300, names: ['llama.cpp:5200'] },
    play: (machine, engine) => [fillingSlot(machine, engine)],
  },
  {
    name: 'swap of models',
    what: 'Ollama swaps two models that do not fit together; for seconds both runners are there',
    machine: ONE_4090,
    intervalMs: seconds(1),
    durationMs: minutes(15),
    expects: { kind: 'healthy' },
    play: (machine, engine) => swapping(machine, engine),
  },
]

function oldTokens(machine: Machine, engine: Deviation): Actor {
  const slots = Array.from({ length: 4 }, (_, id) => ({
    id,
    tokens: Math.round(machine.between(13_500, 16_300)),
    task: 100 + id,
    from: machine.between(200, 3000) * (id + 1),
    begun: -1,
  }))
  const serves = (second: number): readonly SlotMoment[] =>
    slots.map((slot) => {
      if (second >= slot.from) {
        slot.begun = second
        slot.from = second + machine.between(900, 4000)
        slot.task += 10
      }
      const age = slot.begun < 0 ? Infinity : second - slot.begun
      const busy = age < 45
      // the next conversation reuses what it can of the cache and answers in 600 tokens at most
      const generated = busy ? age * 12 : 540
      if (busy && age === 0) slot.tokens = Math.round(machine.between(9000, 15_500))
      return {
        id: slot.id,
        contextTokens: 16_384,
        busy,
        task: slot.task,
        tokens: slot.tokens + (busy ? generated : 0),
        generated,
        remaining: busy ? 600 - generated : 0,
      }
    })
  return new LlamaServer(
    machine,
    {
      pid: 5200,
      model: LLAMA_8B_Q8,
      path: FILE,
      contextTokens: 65_536,
      slots: 4,
      port: 8080,
      card: 0,
      startsAt: 0,
      serves,
    },
    engine,
  ).act
}

function fillingSlot(machine: Machine, engine: Deviation): Actor {
  const context = 16_384
  const prompt = Math.round(machine.between(2000, 4500))
  const begins = Math.round(machine.between(60, 150))
  const perSecond = machine.between(28, 45)
  const idle: SlotMoment = {
    id: 1,
    contextTokens: context,
    busy: false,
    task: 40,
    tokens: 5100,
    generated: 320,
    remaining: 0,
  }
  const serves = (second: number): readonly SlotMoment[] => {
    const generated = Math.max(0, second - begins) * perSecond
    const isFull = prompt + generated >= context
    if (isFull && machine.outcomes.length === 0) {
      machine.happened('context-limit', { gpu: machine.uuid(0), workload: 'llama.cpp:5200', pid: 5200 })
      machine.endsAt = machine.second + 60
    }
    const busy = second >= begins && !isFull
    const tokens = second < begins ? 0 : Math.min(context, prompt + generated)
    return [
      {
        id: 0,
        contextTokens: context,
        busy,
        task: second < begins ? -1 : 41,
        tokens,
        generated: Math.max(0, tokens - prompt),
        remaining: -1,
      },
      idle,
    ]
  }
  return new LlamaServer(
    machine,
    {
      pid: 5200,
      model: LLAMA_8B_Q8,
      path: FILE,
      contextTokens: 2 * context,
      slots: 2,
      port: 8080,
      card: 0,
      startsAt: 0,
      serves,
    },
    engine,
  ).act
}

const STORED: readonly [Stored, Stored] = [
  {
    tag: 'llama3.1:8b-instruct-q8_0',
    model: LLAMA_8B_Q8,
    digest: 'a'.repeat(64),
    contextTokens: 32_768,
    quantization: 'Q8_0',
  },
  {
    tag: 'qwen3:14b',
    model: QWEN3_14B_Q4,
    digest: 'b'.repeat(64),
    contextTokens: 24_576,
    quantization: 'Q4_K_M',
  },
]

/** `ollama serve` with a runner for one model at a time; the old one is told to go when the new one has begun. */
function swapping(machine: Machine, engine: Deviation): readonly Actor[] {
  let running: LlamaServer | undefined
  let leaving: { readonly server: LlamaServer; readonly at: number } | undefined
  let count = 0
  let next = 0
  return [
    (second) => {
      if (second === 0) startOllama(machine, STORED)
      if (second >= next) {
        const stored = STORED[count % 2] ?? STORED[0]
        const overlapSeconds = Math.round(machine.between(2, 6))
        if (running !== undefined) leaving = { server: running, at: second + overlapSeconds }
        // its buffers wait until the other's are gone
        const startsAt = running === undefined ? second : second + Math.max(0, overlapSeconds - 1)
        running = startRunner(machine, engine, stored, 5100 + count * 37, startsAt)
        answerLoaded(machine, [{ stored }])
        count += 1
        next = second + Math.round(machine.between(200, 420))
      }
      if (leaving !== undefined && second >= leaving.at) {
        leaving.server.end()
        leaving = undefined
      }
      leaving?.server.act(second)
      running?.act(second)
    },
  ]
}
