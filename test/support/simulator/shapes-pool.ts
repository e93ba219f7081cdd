import { Vllm, type Traffic } from './engines.ts'
import type { Machine } from './machine.ts'
import { QWEN3_32B_CONFIG, QWEN3_32B_INDEX } from './models.ts'
import { LLAMA_8B, minutes, ONE_H100, seconds } from './places.ts'
import type { Shape } from './shape.ts'
import { startSglang } from './sglang.ts'
import { Torch, transformersServe } from './torch.ts'

/** Engines that take their memory at the start: loads, and what happens inside of the pool. */
export const POOL_SHAPES: readonly Shape[] = [
  {
    name: 'load and fit',
    what: 'vLLM starts on an empty H100, profiles, takes its pool and serves',
    machine: ONE_H100,
    intervalMs: seconds(1),
    durationMs: minutes(10),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [
      new Vllm(
        machine,
        {
          ...LLAMA_8B,
          startsAt: 20,
          loadSeconds: Math.round(machine.between(8, 45)),
          traffic: breathing(machine, 0.5),
        },
        engine,
      ).act,
    ],
  },
  {
    name: 'load and not fit',
    what: 'a 70B model in 16 bits is loaded onto one H100 until CUDA is out of memory',
    machine: ONE_H100,
    intervalMs: seconds(1),
    durationMs: minutes(12),
    expects: {
      kind: 'outcome',
      class: 'cuda-oom',
      growthSeconds: 120,
      names: ['transformers:9120', 'vllm:4200'],
    },
    play: (machine, engine) => [tooLarge(machine, engine)],
  },
  {
    name: 'slow load that fits',
    what: 'vLLM reads 61 GiB of weights from a slow disk for minutes, then takes its pool',
    machine: ONE_H100,
    intervalMs: seconds(2),
    durationMs: minutes(25),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [
      () => {
        machine.file('file//models/qwen3-32b/config.json', QWEN3_32B_CONFIG)
        machine.file('file//models/qwen3-32b/model.safetensors.index.json', QWEN3_32B_INDEX)
        machine.file('listing//models/qwen3-32b', 'config.json\t\nmodel.safetensors.index.json\t\n')
      },
      new Vllm(
        machine,
        {
          pid: 4200,
          model: machine.random() < 0.5 ? 'Qwen/Qwen3-32B' : '/models/qwen3-32b',
          flags: ['--max-model-len', '16384'],
          card: 0,
          weightsMiB: 62_488,
          kibPerToken: 256,
          utilization: 0.92,
          startsAt: 30,
          loadSeconds: Math.round(machine.between(300, 800)),
          traffic: breathing(machine, 0.4),
        },
        engine,
      ).act,
    ],
  },
  {
    name: 'flat pool with a sawtooth inside',
    what: 'a preallocated pool at 92 % of the card breathes between a third and nine tenths',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [
      new Vllm(
        machine,
        { ...LLAMA_8B, startsAt: 0, loadSeconds: 0, traffic: breathing(machine, 0.6, 0.27) },
        engine,
      ).act,
    ],
  },
  {
    name: 'saturation with preemption',
    what: 'load rises until the pool is full and vLLM preempts',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(40),
    expects: { kind: 'outcome', class: 'kv-saturation', growthSeconds: 900, names: ['vllm:4200'] },
    play: (machine, engine) => {
      const load = rising(machine)
      const server = new Vllm(machine, { ...LLAMA_8B, startsAt: 0, loadSeconds: 0, traffic: load.at }, engine)
      return [server.act, saturated(machine, load, `vllm:${server.rootPid}`, server.rootPid + 2)]
    },
  },
  {
    name: 'retraction',
    what: 'load rises until the pool is full and SGLang retracts',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(40),
    expects: { kind: 'outcome', class: 'kv-saturation', growthSeconds: 900, names: ['sglang:6100'] },
    play: (machine) => {
      const load = rising(machine)
      return [startSglang(machine, load.at), saturated(machine, load, 'sglang:6100', 6140)]
    },
  },
  {
    name: 'offline batch at 99 %',
    what: 'twenty thousand requests wait, the pool is full by design and hardly ever preempts',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [
      new Vllm(
        machine,
        { ...LLAMA_8B, startsAt: 0, loadSeconds: 0, traffic: (second) => batch(machine, second) },
        engine,
      ).act,
    ],
  },
  {
    name: 'diurnal load',
    what: 'a day of traffic: the pool fills over hours and empties again',
    machine: ONE_H100,
    intervalMs: seconds(30),
    durationMs: minutes(600),
    expects: { kind: 'healthy' },
    play: (machine, engine) => {
      const shift = machine.between(0, 1)
      const day = (second: number): Traffic => {
        const level = 0.08 + 0.7 * Math.sin(Math.PI * (second / 28_800 + shift)) ** 2
        const usedRatio = level * machine.between(0.93, 1.07)
        return { usedRatio, running: Math.round(usedRatio * 150), waiting: 0 }
      }
      return [new Vllm(machine, { ...LLAMA_8B, startsAt: 0, loadSeconds: 0, traffic: day }, engine).act]
    },
  },
  {
    name: 'engine that creeps',
    what: 'vLLM takes a little more than its plan every minute, until an allocation fails hours later',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(420),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 6000, names: ['vllm:4200'] },
    play: (machine, engine) => {
      const server = new Vllm(
        machine,
        { ...LLAMA_8B, startsAt: 0, loadSeconds: 0, traffic: breathing(machine, 0.5) },
        engine,
      )
      const everySeconds = Math.round(machine.between(20, 50))
      const creep = (second: number): void => {
        if (second > 900 && second % everySeconds === 0 && !server.dead) server.grow(20)
      }
      return [server.act, creep]
    },
  },
]

/** Requests come and go around a level. */
export function breathing(machine: Machine, level: number, depth = 0.15): (second: number) => Traffic {
  const period = machine.between(90, 400)
  const saw = machine.between(30, 80)
  return (second) => {
    const usedRatio = Math.min(
      0.9,
      Math.max(
        0.02,
        level + depth * Math.sin((2 * Math.PI * second) / period) + 0.06 * ((second % saw) / saw - 0.5),
      ),
    )
    return { usedRatio, running: Math.round(usedRatio * 150), waiting: 0 }
  }
}

interface Load {
  readonly at: (second: number) => Traffic
  isPreempting: boolean
}

/** Demand that rises steadily past what the pool holds. */
function rising(machine: Machine): Load {
  const from = machine.between(0.25, 0.4)
  const calmSeconds = machine.between(120, 300)
  const rampSeconds = machine.between(900, 1500)
  const preemptionsPerSecond = machine.between(0.2, 0.8)
  let noise = 0
  const load: Load = {
    isPreempting: false,
    at: (second) => {
      noise = 0.9 * noise + machine.between(-0.008, 0.008)
      const demand = from + (1 - from) * Math.max(0, (second - calmSeconds) / rampSeconds) + noise
      load.isPreempting = demand >= 1
      return {
        usedRatio: Math.min(0.999, Math.max(0, demand)),
        running: Math.round(Math.min(1, demand) * 150),
        waiting: load.isPreempting ? Math.round((demand - 1) * 200) + 2 : 0,
        preemptionsPerSecond: load.isPreempting ? preemptionsPerSecond : 0,
      }
    },
  }
  return load
}

/** The first preemption is the outcome; five minutes of harm follow. */
function saturated(machine: Machine, load: Load, workload: string, pid: number): () => void {
  return () => {
    if (machine.outcomes.length > 0 || !load.isPreempting) return
    machine.happened('kv-saturation', { workload, pid, gpu: machine.uuid(0) })
    machine.endsAt = machine.second + 300
  }
}

function batch(machine: Machine, second: number): Traffic {
  const filling = Math.min(1, second / 150)
  const usedRatio = filling * machine.between(0.975, 0.999)
  const isPreempting = filling === 1 && machine.random() < 1 / 300
  return {
    usedRatio,
    running: Math.round(usedRatio * 190),
    waiting: Math.max(0, 20_000 - Math.round(second * 1.2)),
    preemptionsPerSecond: isPreempting ? 1 : 0,
  }
}

function tooLarge(machine: Machine, engine: { readonly factor: number }): (second: number) => void {
  const mibPerSecond = machine.between(280, 650)
  if (machine.random() < 0.5) {
    return new Torch(
      machine,
      {
        pid: 9120,
        ...transformersServe('meta-llama/Llama-3.1-70B-Instruct'),
        startsAt: 20,
        weightsMiB: { 0: 134_580 },
        loadSeconds: Math.round(134_580 / mibPerSecond),
        grows: () => 0,
      },
      engine,
    ).act
  }
  return new Vllm(
    machine,
    {
      pid: 4200,
      model: 'meta-llama/Llama-3.1-70B-Instruct',
      flags: ['--max-model-len', '8192'],
      card: 0,
      weightsMiB: 134_580,
      kibPerToken: 320,
      utilization: 0.92,
      startsAt: 20,
      loadSeconds: Math.round(134_580 / mibPerSecond),
      traffic: breathing(machine, 0.4),
    },
    engine,
  ).act
}
