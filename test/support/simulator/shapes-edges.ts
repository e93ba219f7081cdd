import { Vllm, type Traffic } from './engines.ts'
import { LlamaServer } from './llama.ts'
import type { Actor, Machine } from './machine.ts'
import { ggufHead, kvMiB, LLAMA_70B_Q4, LLAMA_8B_Q8, weightsMiB } from './models.ts'
import { llamaProps, llamaSlots, type SlotMoment } from './pages.ts'
import { LLAMA_8B, minutes, ONE_4090, ONE_H100, seconds } from './places.ts'
import type { Deviation, Shape } from './shape.ts'
import { Torch, TRAINING, transformersServe } from './torch.ts'

/** What looks like the beginning of the end and is not, and ends that do not look like it. */
export const EDGE_SHAPES: readonly Shape[] = [
  {
    name: 'growth that levels off',
    what: 'a transformers server of unknown model warms up ever more slowly, to 85 % of the card',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const settles = machine.between(900, 2400)
      return [unknownModel(machine, engine, (s) => (38_500 / engine.factor) * (1 - Math.exp(-s / settles)))]
    },
  },
  {
    name: 'sawtooth that rises',
    what: 'memory swings by gigabytes with the requests, each trough a little higher than the last, until it ends',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(120),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 3000, names: ['transformers:9120'] },
    play: (machine, engine) => {
      const period = machine.between(60, 140)
      const pace = 46_000 / machine.between(2700, 4500)
      return [unknownModel(machine, engine, (s) => s * pace + 5000 * ((s % period) / period))]
    },
  },
  {
    name: 'a pool that nearly fills the card',
    what: 'llama-server holds 97 % of the card from its start, and a desktop beside it breathes',
    machine: ONE_4090,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [tight(machine, engine), desktop(machine)],
  },
  {
    name: 'peaks without harm',
    what: 'the pool fills to 96 % at every rush, nobody is preempted, and it empties again',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(75),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const period = machine.between(1100, 1900)
      const traffic = (second: number): Traffic => {
        const usedRatio =
          0.3 + 0.66 * Math.max(0, Math.sin((2 * Math.PI * second) / period)) - machine.between(0, 0.02)
        return { usedRatio, running: Math.round(usedRatio * 150), waiting: 0 }
      }
      return [served(machine, engine, traffic)]
    },
  },
  {
    name: 'as many as are allowed',
    what: 'requests wait because --max-num-seqs are running; the pool is at 40 %',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(90),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const traffic = (): Traffic => ({
        usedRatio: machine.between(0.38, 0.42),
        running: 64,
        waiting: Math.round(machine.between(30, 90)),
      })
      return [served(machine, engine, traffic, ['--max-num-seqs', '64'])]
    },
  },
  {
    name: 'a restarted server',
    what: 'vLLM is stopped in the middle of a rush and started again: counters begin anew, the same port answers',
    machine: ONE_H100,
    intervalMs: seconds(2),
    durationMs: minutes(30),
    expects: { kind: 'healthy' },
    play: (machine, engine) => restarted(machine, engine),
  },
  {
    name: 'training begins',
    what: 'a training job starts on an empty card and its allocator climbs to 95 % within minutes',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(90),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const climb = machine.between(120, 500)
      return [
        new Torch(
          machine,
          {
            pid: 7000,
            ...TRAINING,
            startsAt: 60,
            loadSeconds: 20,
            weightsMiB: { 0: 16_000 },
            grows: (s) =>
              (60_000 / engine.factor - 16_000 * (1 - 1 / engine.factor)) * Math.min(1, s / climb),
          },
          engine,
        ).act,
      ]
    },
  },
  {
    name: 'a load into host memory that fits',
    what: 'llama-server reads a 70B model into host memory at the speed of the disk, and a quarter stays available',
    machine: ONE_4090,
    intervalMs: seconds(2),
    durationMs: minutes(30),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [intoHost(machine, engine)],
  },
  {
    name: 'waves of saturation',
    what: 'the pool is full and preempts for minutes, recovers, and fills again',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(75),
    expects: { kind: 'outcome', class: 'kv-saturation', growthSeconds: 600, names: ['vllm:4200'] },
    play: (machine, engine) => waves(machine, engine),
  },
]

function unknownModel(machine: Machine, engine: Deviation, grows: (second: number) => number): Actor {
  const { comm, command } = transformersServe('Qwen/Qwen3-14B')
  const plan = { pid: 9120, comm, command: command.slice(0, 3), startsAt: 0, loadSeconds: 0 }
  return new Torch(machine, { ...plan, weightsMiB: { 0: 28_169 }, grows }, engine).act
}

function served(
  machine: Machine,
  engine: Deviation,
  traffic: (second: number) => Traffic,
  more: readonly string[] = [],
): Actor {
  const flags = [...(LLAMA_8B.flags ?? []), ...more]
  return new Vllm(machine, { ...LLAMA_8B, flags, startsAt: 0, loadSeconds: 0, traffic }, engine).act
}

/** 97 % whatever the engine really takes: a user tunes the context until it fits. */
function tight(machine: Machine, engine: Deviation): Actor {
  const contextTokens = engine.factor > 1 ? 102_400 : 118_784
  const serves = (second: number): readonly SlotMoment[] => {
    const inTask = second % 300
    const busy = inTask < 120
    const generated = busy ? inTask * 20 : 2400
    return [
      {
        id: 0,
        contextTokens,
        busy,
        task: Math.floor(second / 300),
        tokens: 9000 + generated,
        generated,
        remaining: busy ? 2400 - generated : 0,
      },
    ]
  }
  return new LlamaServer(
    machine,
    {
      pid: 5200,
      model: LLAMA_8B_Q8,
      path: '/models/Llama-3.1-8B-Instruct-Q8_0.gguf',
      contextTokens,
      slots: 1,
      port: 8080,
      card: 0,
      startsAt: 0,
      serves,
    },
    engine,
  ).act
}

/** Without mmap: what is read is the process's own memory. */
function intoHost(machine: Machine, { factor }: Deviation): Actor {
  const path = '/models/Llama-3.3-70B-Instruct-Q4_K.gguf'
  const contextTokens = 8192
  const perSecond = machine.between(120, 700)
  const neededMiB = (weightsMiB(LLAMA_70B_Q4) + kvMiB(LLAMA_70B_Q4, contextTokens) + 400) * factor
  const flags = ['-c', `${contextTokens}`, '-np', '1', '-ngl', '0', '--no-mmap', '--cache-ram', '0']
  return (second) => {
    if (second === 60) {
      machine.pages.set(`head/${path}`, ggufHead(LLAMA_70B_Q4))
      machine.start({
        pid: 5200,
        comm: 'llama-server',
        command: ['/usr/local/bin/llama-server', '-m', path, ...flags],
        residentMiB: 300,
      })
      machine.listens(5200, 8080)
      const loading = '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'
      machine.pages.set('http/127.0.0.1:8080/props', { kind: 'text', text: loading, status: 503 })
    }
    const process = machine.processes.get(5200)
    if (process === undefined) return
    process.residentMiB = Math.min(neededMiB, 300 + (second - 60) * perSecond)
    if (process.residentMiB < neededMiB) return
    machine.answer('http/127.0.0.1:8080/props', () =>
      llamaProps({ slots: 1, contextTokens, modelPath: path, modelType: 'Q4_K - Medium' }),
    )
    machine.answer('http/127.0.0.1:8080/slots', () =>
      llamaSlots([{ id: 0, contextTokens, busy: false, task: -1, tokens: 0, generated: 0, remaining: -1 }]),
    )
  }
}

/** Xorg and a browser: a few hundred MiB that come and go within a minute or two. */
function desktop(machine: Machine): Actor {
  const period = machine.between(60, 150)
  return (second) => {
    if (second === 0)
      machine.start({ pid: 2210, comm: 'Xorg', command: ['/usr/lib/xorg/Xorg', ':0'], type: 'G' })
    const xorg = machine.processes.get(2210)
    if (xorg !== undefined) machine.hold(xorg, 0, 210 + 90 * Math.sin((2 * Math.PI * second) / period))
  }
}

function restarted(machine: Machine, engine: Deviation): readonly Actor[] {
  const stopsAt = Math.round(machine.between(400, 700))
  const rush = (second: number): Traffic => ({
    usedRatio: Math.min(0.85, 0.3 + second / 1200),
    running: 90,
    waiting: 0,
    // one now and then
    preemptionsPerSecond: machine.random() < 1 / 500 ? 1 : 0,
  })
  const plan = { ...LLAMA_8B, loadSeconds: 15, traffic: rush }
  const before = new Vllm(machine, { ...plan, startsAt: 0 }, engine)
  const after = new Vllm(machine, { ...plan, pid: 15_500, startsAt: stopsAt + 12 }, engine)
  const stop: Actor = (second) => {
    if (second === stopsAt) before.stop()
  }
  return [before.act, after.act, stop]
}

function waves(machine: Machine, engine: Deviation): readonly Actor[] {
  const period = Math.round(machine.between(1700, 2200))
  const harmAt = machine.between(0.62, 0.7)
  let wasFull = false
  let isFull = false
  const traffic = (second: number): Traffic => {
    const inWave = (second % period) / period
    isFull = inWave >= harmAt && inWave < harmAt + 0.14
    const demand = inWave < harmAt ? 0.3 + 0.7 * (inWave / harmAt) : isFull ? 1 : 0.3
    return {
      usedRatio: Math.min(0.999, demand * machine.between(0.985, 1.0)),
      running: Math.round(demand * 150),
      waiting: isFull ? 20 : 0,
      preemptionsPerSecond: isFull ? 0.4 : 0,
    }
  }
  const label: Actor = () => {
    if (isFull && !wasFull)
      machine.happened('kv-saturation', { workload: 'vllm:4200', pid: 4202, gpu: machine.uuid(0) })
    wasFull = isFull
  }
  return [served(machine, engine, traffic), label]
}
