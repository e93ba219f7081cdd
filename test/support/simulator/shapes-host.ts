import { Vllm } from './engines.ts'
import { LlamaServer } from './llama.ts'
import type { Actor, Machine, Process } from './machine.ts'
import { LLAMA_8B_Q8 } from './models.ts'
import type { SlotMoment } from './pages.ts'
import { GB10, LLAMA_8B, minutes, ONE_4090, ONE_H100, seconds } from './places.ts'
import type { Deviation, Shape } from './shape.ts'
import { breathing } from './shapes-pool.ts'
import { Torch, transformersServe } from './torch.ts'

const GROUP = '/system.slice/llama.service'
const FILE = '/models/Llama-3.1-8B-Instruct-Q8_0.gguf'

/** What the kernel does when the memory of the host, or of a control group, runs out. */
export const HOST_SHAPES: readonly Shape[] = [
  {
    name: 'host memory runs out',
    what: "a server's resident memory grows until swap is full and the kernel kills it",
    machine: { ...ONE_H100, hostMiB: 128_000 },
    intervalMs: seconds(5),
    durationMs: minutes(60),
    expects: { kind: 'outcome', class: 'host-oom', growthSeconds: 1200, names: ['vllm:4200'] },
    play: (machine, engine) => {
      const server = new Vllm(
        machine,
        { ...LLAMA_8B, startsAt: 0, loadSeconds: 0, traffic: breathing(machine, 0.5) },
        engine,
      )
      const pace = 115_000 / machine.between(1200, 2000)
      return [server.act, leaking(machine, () => server.core, pace)]
    },
  },
  {
    name: 'page cache fills a control group',
    what: 'llama-server maps its model in a group of 12 GiB: cached pages fill it and are given back at need',
    machine: ONE_4090,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const limitMiB = 12_288
      const server = llama(machine, engine)
      const cachePace = machine.between(20, 180)
      machine.groups.set(GROUP, { maxMiB: limitMiB, fileMiB: 0, oomKills: 0 })
      const cache = (second: number): void => {
        const { process } = server
        const group = machine.groups.get(GROUP)
        if (process === undefined || group === undefined) return
        const roomMiB = limitMiB - process.residentMiB - 60 - machine.between(0, 30)
        group.fileMiB = Math.min(roomMiB, 400 + second * cachePace)
        process.mappedMiB = Math.min(group.fileMiB, 8100)
      }
      return [server.act, cache]
    },
  },
  {
    name: 'checkpoints until the kernel kills',
    what: 'copies of state pile up in host memory until the limit of the control group',
    machine: ONE_4090,
    intervalMs: seconds(2),
    durationMs: minutes(60),
    expects: { kind: 'outcome', class: 'host-oom', growthSeconds: 900, names: ['llama.cpp:5200'] },
    play: (machine, engine) => {
      const limitMiB = 16_384
      const server = llama(machine, engine)
      const everySeconds = Math.round(machine.between(10, 16))
      machine.groups.set(GROUP, { maxMiB: limitMiB, fileMiB: 1200, oomKills: 0 })
      const checkpoint = (second: number): void => {
        const { process } = server
        if (process === undefined || server.ended || second < 60 || second % everySeconds !== 0) return
        process.residentMiB += 150
        if (process.residentMiB + 40 < limitMiB) return
        machine.kill(process)
        server.end()
        machine.happened('host-oom', { workload: 'llama.cpp:5200', pid: process.pid })
      }
      return [server.act, checkpoint]
    },
  },
  {
    name: 'unified memory runs out',
    what: 'a transformers server on a GB10 grows until the one memory of CPU and GPU is gone',
    machine: GB10,
    intervalMs: seconds(5),
    durationMs: minutes(60),
    expects: { kind: 'outcome', class: 'unified-oom', growthSeconds: 1200, names: ['transformers:9120'] },
    play: (machine, engine) => {
      const calm = machine.between(60, 180)
      const pace = 49_000 / machine.between(1200, 1800)
      return [spark(machine, engine, (second) => Math.max(0, (second - calm) * pace))]
    },
  },
  {
    name: 'unified memory, flat',
    what: 'vLLM holds its pool on a GB10 and twelve GiB stay available',
    machine: GB10,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [
      new Vllm(
        machine,
        { ...LLAMA_8B, utilization: 0.8, startsAt: 0, loadSeconds: 0, traffic: breathing(machine, 0.5) },
        engine,
      ).act,
    ],
  },
]

/** The kernel pushes what it can into swap, tasks wait, and then the largest process goes. */
function leaking(machine: Machine, victim: () => Process | undefined, mibPerSecond: number): Actor {
  const swapMiB = machine.spec.swapMiB ?? 0
  return (second) => {
    const process = victim()
    if (process === undefined || second < 120 || !machine.processes.has(process.pid)) return
    process.residentMiB += mibPerSecond * machine.between(0.8, 1.2)
    const shortMiB = 2000 - machine.availableMiB()
    if (shortMiB > 0) {
      const moved = Math.min(shortMiB, swapMiB - machine.swapUsedMiB)
      machine.swapUsedMiB += moved
      process.swapMiB += moved
      machine.pressurePercent = Math.min(80, machine.pressurePercent + 2)
    }
    if (machine.availableMiB() > 250) return
    machine.kill(process)
    machine.swapUsedMiB = 0
    machine.happened('host-oom', { workload: 'vllm:4200', pid: process.pid })
  }
}

function llama(machine: Machine, engine: Deviation): LlamaServer {
  const serves = (second: number): readonly SlotMoment[] =>
    [0, 1, 2, 3].map((id) => {
      const inTask = (second + id * 13) % 50
      const busy = inTask < 30
      const generated = busy ? inTask * 15 : 435
      const task = Math.floor((second + id * 13) / 50) * 4 + id
      return {
        id,
        contextTokens: 8192,
        busy,
        task,
        tokens: 2500 + generated,
        generated,
        remaining: 600 - generated,
      }
    })
  return new LlamaServer(
    machine,
    {
      pid: 5200,
      model: LLAMA_8B_Q8,
      path: FILE,
      contextTokens: 32_768,
      slots: 4,
      port: 8080,
      card: 0,
      startsAt: 0,
      cgroup: GROUP,
      residentMiB: 1400,
      serves,
    },
    engine,
  )
}

function spark(machine: Machine, engine: Deviation, grows: (second: number) => number): Actor {
  return new Torch(
    machine,
    {
      pid: 9120,
      ...transformersServe('Qwen/Qwen3-32B'),
      startsAt: 0,
      loadSeconds: 0,
      weightsMiB: { 0: 62_488 },
      grows,
    },
    engine,
  ).act
}
