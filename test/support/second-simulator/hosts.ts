import { Vllm } from '../simulator/engines.ts'
import type { Actor, Machine, Process } from '../simulator/machine.ts'
import { GB10, LLAMA_8B, minutes, ONE_4090, ONE_H100, seconds } from '../simulator/places.ts'
import type { Deviation, Shape } from '../simulator/shape.ts'
import { breathing } from '../simulator/shapes-pool.ts'
import { TRAINING, transformersServe } from '../simulator/torch.ts'
import { exponential, logUniform } from './chance.ts'
import { llamaInGroup } from './slots.ts'
import { TorchProgram } from './torch-program.ts'

const HEALTHY = { kind: 'healthy' } as const

/** Memory of the host: caches, checkpoints, loaders of data. */
export const MEMORY_SHAPES: readonly Shape[] = [
  {
    name: 'checkpoints are saved',
    what: 'a training job gathers 30 GiB on the host for each checkpoint and lets go of it',
    machine: { ...ONE_H100, hostMiB: 128_000 },
    intervalMs: seconds(5),
    durationMs: minutes(180),
    expects: HEALTHY,
    play: (machine) => [training(machine), saving(machine)],
  },
  {
    name: 'a loader that copies',
    what: 'workers of a data loader touch ever more pages of what they share, until the kernel kills',
    machine: { ...ONE_H100, hostMiB: 128_000 },
    intervalMs: seconds(10),
    durationMs: minutes(240),
    expects: { kind: 'outcome', class: 'host-oom', growthSeconds: 1800, names: ['pytorch:7000'] },
    play: (machine) => [training(machine), copying(machine, Infinity)],
  },
  {
    name: 'a loader that begins anew',
    what: 'the same, but an epoch ends before two thirds of the memory are used',
    machine: { ...ONE_H100, hostMiB: 128_000 },
    intervalMs: seconds(10),
    durationMs: minutes(240),
    expects: HEALTHY,
    play: (machine) => [training(machine), copying(machine, 64_000)],
  },
  {
    name: 'backups fill the page cache',
    what: 'files are read and forgotten: free memory swings between all and nothing, what is available does not',
    machine: ONE_H100,
    intervalMs: seconds(10),
    durationMs: minutes(180),
    expects: HEALTHY,
    play: (machine, engine) => [flat(machine, engine), backups(machine)],
  },
  {
    name: 'a cache of prompts with a limit',
    what: 'llama-server keeps prompts up to 8 GiB in host memory, in a group that has room for them',
    machine: ONE_4090,
    intervalMs: seconds(5),
    durationMs: minutes(180),
    expects: HEALTHY,
    play: (machine, engine) => [llamaInGroup(machine, engine, { limitMiB: 16_384, cacheMiB: 8192 })],
  },
  {
    name: 'a cache of prompts in a small group',
    what: 'the same cache, but the group ends before it does',
    machine: ONE_4090,
    intervalMs: seconds(5),
    durationMs: minutes(180),
    expects: { kind: 'outcome', class: 'host-oom', growthSeconds: 900, names: ['llama.cpp:5200'] },
    play: (machine, engine) => [llamaInGroup(machine, engine, { limitMiB: 8192, cacheMiB: 8192 })],
  },
  {
    name: 'builds beside a pool',
    what: 'vLLM holds its pool on a GB10 while compilers take and give back gigabytes',
    machine: GB10,
    intervalMs: seconds(5),
    durationMs: minutes(120),
    expects: HEALTHY,
    play: (machine, engine) => [flat(machine, engine, 0.7), building(machine)],
  },
  {
    name: 'unified memory leaks in steps',
    what: 'a server on a GB10 keeps conversations of all sizes while files are read, until memory is gone',
    machine: GB10,
    intervalMs: seconds(5),
    durationMs: minutes(200),
    expects: { kind: 'outcome', class: 'unified-oom', growthSeconds: 1500, names: ['transformers:9120'] },
    play: (machine) => [leakingOnUnified(machine), backups(machine)],
  },
]

function flat(machine: Machine, engine: Deviation, utilization = 0.9): Actor {
  const traffic = breathing(machine, 0.5)
  return new Vllm(machine, { ...LLAMA_8B, utilization, startsAt: 0, loadSeconds: 0, traffic }, engine).act
}

function training(machine: Machine): Actor {
  const process = { pid: 7000, uid: 1000, ...TRAINING, residentMiB: 18_000 }
  const batches = new TorchProgram(
    machine,
    { process, card: 0, startsAt: 0, weightsMiB: 48_000, loadSeconds: 0 },
    (program) => {
      const batch = program.take(machine.between(6000, 14_000))
      if (batch !== undefined) program.giveBack([batch])
    },
  )
  return batches.act
}

function saving(machine: Machine): Actor {
  const every = Math.round(machine.between(600, 1200))
  const takes = Math.round(machine.between(10, 45))
  return (second) => {
    const job = machine.processes.get(7000)
    if (job === undefined) return
    const since = second % every
    const gathered = since < takes ? since / takes : since < takes + 50 ? 1 : 0
    job.residentMiB = 18_000 + 30_000 * gathered
    machine.fileCacheMiB = Math.min(70_000, machine.fileCacheMiB + (since === takes ? 30_000 : 0))
  }
}

/** @param atMostMiB what an epoch copies */
function copying(machine: Machine, atMostMiB: number): Actor {
  const workers: Process[] = []
  const epoch = Math.round(machine.between(1200, 2400))
  const pace = atMostMiB === Infinity ? 100_000 / logUniform(machine.random, 1800, 9000) : atMostMiB / epoch
  let ended = false
  return (second) => {
    if (ended) return
    if (second === 0) {
      for (let at = 0; at < 8; at += 1)
        workers.push(
          machine.start({
            pid: 7010 + at,
            parentPid: 7000,
            uid: 1000,
            ...TRAINING,
            comm: 'pt_data_worker',
            residentMiB: 900,
          }),
        )
    }
    if (atMostMiB !== Infinity && second % epoch === 0) for (const worker of workers) worker.residentMiB = 900
    for (const worker of workers) worker.residentMiB += (pace / workers.length) * machine.between(0.3, 1.7)
    if (machine.availableMiB() > 300) return
    ended = true
    const [victim] = workers
    const job = machine.processes.get(7000)
    for (const one of [...workers, ...(job === undefined ? [] : [job])]) machine.end(one)
    machine.oomKills += 1
    machine.happened('host-oom', { workload: 'pytorch:7000', pid: victim?.pid ?? 7000 })
  }
}

function backups(machine: Machine): Actor {
  let next = 120
  let pace = 0
  return (second) => {
    if (second >= next) {
      next = second + 60 + exponential(machine.random, 300)
      pace = machine.random() < 0.3 ? -Infinity : logUniform(machine.random, 20, 2000)
    }
    machine.fileCacheMiB = Math.max(1500, Math.min(machine.availableMiB() - 800, machine.fileCacheMiB + pace))
  }
}

/** Compilers start one after the other and end one after the other. */
function building(machine: Machine): Actor {
  let next = 100
  let jobs = 0
  let target = 0
  return (second) => {
    if (second === 0)
      machine.start({ pid: 3100, uid: 1000, comm: 'ninja', command: ['ninja', '-j20'], residentMiB: 100 })
    const build = machine.processes.get(3100)
    if (build === undefined) return
    if (second >= next) {
      target = target === 0 ? Math.round(machine.between(6, 20)) : 0
      next = second + 60 + exponential(machine.random, target === 0 ? 400 : 200)
    }
    jobs += Math.sign(target - jobs) * (machine.random() < 0.4 ? 1 : 0)
    build.residentMiB = 100 + jobs * machine.between(500, 600)
  }
}

function leakingOnUnified(machine: Machine): Actor {
  const pace = 49_000 / logUniform(machine.random, 1500, 7200)
  let heldMiB = 0
  const process = { pid: 9120, uid: 1000, ...transformersServe('Qwen/Qwen3-32B'), residentMiB: 3000 }
  return new TorchProgram(
    machine,
    { process, card: 0, startsAt: 0, weightsMiB: 62_488, loadSeconds: 0 },
    (program, second) => {
      while (heldMiB < (second - 200) * pace) {
        const conversation = program.take(logUniform(machine.random, 10, 500))
        if (conversation === undefined) return
        heldMiB += conversation.mib
      }
    },
  ).act
}
