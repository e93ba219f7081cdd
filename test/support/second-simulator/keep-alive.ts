import type { LlamaServer } from '../simulator/llama.ts'
import type { Actor, Machine } from '../simulator/machine.ts'
import { LLAMA_8B_Q8, QWEN3_14B_Q4 } from '../simulator/models.ts'
import { answerLoaded, startOllama, startRunner, type Stored } from '../simulator/ollama.ts'
import type { Deviation } from '../simulator/shape.ts'
import { exponential } from './chance.ts'

const STORE: readonly Stored[] = [
  {
    tag: 'llama3.1:8b-instruct-q8_0',
    model: LLAMA_8B_Q8,
    digest: 'a'.repeat(64),
    contextTokens: 8192,
    quantization: 'Q8_0',
  },
  {
    tag: 'qwen3:14b',
    model: QWEN3_14B_Q4,
    digest: 'b'.repeat(64),
    contextTokens: 16_384,
    quantization: 'Q4_K_M',
  },
  {
    tag: 'llama3.1:8b',
    model: { ...LLAMA_8B_Q8, type: 'Q4_K' },
    digest: 'c'.repeat(64),
    contextTokens: 16_384,
    quantization: 'Q4_K_M',
  },
]
const KEEP_ALIVE_SECONDS = 300
/** Ollama looks at what is free before it loads beside others. */
const SPARE_MIB = 1500

interface Loaded {
  readonly stored: Stored
  readonly runner: LlamaServer
  expiresAt: number
}

/** Ollama with three models that are asked at random: unloaded when nobody has asked for five minutes, or for want of room. */
export function keepAlive(machine: Machine, engine: Deviation): Actor {
  const loaded = new Map<string, Loaded>()
  let next = 20
  let pid = 5100
  const sizes = new Map<string, number>()
  const ask = (second: number): void => {
    const stored = STORE[Math.floor(machine.random() * STORE.length)]
    if (stored === undefined) return
    const present = loaded.get(stored.tag)
    if (present !== undefined) {
      present.expiresAt = second + KEEP_ALIVE_SECONDS
      return
    }
    // the one that was asked longest ago goes first
    while (machine.freeMiB(0) - SPARE_MIB < (sizes.get(stored.tag) ?? 13_000) && loaded.size > 0) {
      const oldest = [...loaded.values()].toSorted((a, b) => a.expiresAt - b.expiresAt)[0]
      if (oldest !== undefined) unload(oldest)
    }
    pid += 37
    const runner = startRunner(machine, engine, stored, pid, second + 1)
    loaded.set(stored.tag, { stored, runner, expiresAt: second + KEEP_ALIVE_SECONDS })
  }
  const unload = ({ stored, runner }: Loaded): void => {
    runner.end()
    loaded.delete(stored.tag)
  }
  return (second) => {
    if (second === 0) startOllama(machine, STORE)
    if (second >= next) {
      ask(second)
      next = second + 10 + exponential(machine.random, 140)
    }
    for (const one of loaded.values()) {
      one.runner.act(second)
      if (one.runner.process !== undefined)
        sizes.set(one.stored.tag, one.runner.process.onCards.get(0) ?? 13_000)
      if (second >= one.expiresAt) unload(one)
    }
    answerLoaded(machine, [...loaded.values()])
  }
}
