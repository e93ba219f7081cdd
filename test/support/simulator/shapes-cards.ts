import { Vllm } from './engines.ts'
import type { Actor, Machine } from './machine.ts'
import { FOUR_H100, LLAMA_8B, minutes, ONE_H100, seconds, SLICED_A100 } from './places.ts'
import type { Deviation, Shape } from './shape.ts'
import { breathing } from './shapes-pool.ts'
import { Torch, TRAINING, transformersServe } from './torch.ts'

/** Cards that are divided, shared in turns, loaded unevenly, or restarted. */
export const CARD_SHAPES: readonly Shape[] = [
  {
    name: 'MIG slice that fills',
    what: 'a transformers server fills its slice of 40 GB while most of the card is free',
    machine: SLICED_A100,
    intervalMs: seconds(5),
    durationMs: minutes(45),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 900, names: ['transformers:9120'] },
    play: (machine, engine) => {
      const pace = 24_000 / machine.between(1000, 1700)
      return [slice(machine, engine, (s) => Math.max(0, (s - 100) * pace))]
    },
  },
  {
    name: 'MIG slice, flat',
    what: 'a transformers server holds a third of its slice',
    machine: SLICED_A100,
    intervalMs: seconds(10),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [slice(machine, engine, (s) => 1500 + 1000 * ((s % 600) / 600))],
  },
  {
    name: 'hot rank',
    what: 'a model is spread over four cards and the first one grows much faster than the others',
    machine: FOUR_H100,
    intervalMs: seconds(5),
    durationMs: minutes(45),
    expects: { kind: 'outcome', class: 'cuda-oom', growthSeconds: 1200, names: ['transformers:9120'] },
    play: (machine, engine) => {
      const calm = machine.between(60, 180)
      const pace = 46_000 / machine.between(1200, 1700)
      return [
        new Torch(
          machine,
          {
            pid: 9120,
            ...transformersServe('meta-llama/Llama-3.1-70B-Instruct'),
            startsAt: 0,
            loadSeconds: 0,
            weightsMiB: { 0: 33_700, 1: 33_600, 2: 33_600, 3: 33_700 },
            grows: (s, card) => Math.max(0, (s - calm) * pace) * (card === 0 ? 1 : 0.12),
          },
          engine,
        ).act,
      ]
    },
  },
  {
    name: 'sleep and wake around a trainer',
    what: 'vLLM sleeps while a trainer takes the card, and wakes when it has let go, again and again',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(45),
    expects: { kind: 'healthy' },
    play: (machine, engine) => turns(machine, engine, Infinity),
  },
  {
    name: 'cannot wake',
    what: 'the same, but the trainer keeps 30 GiB and the server does not get its memory back',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(60),
    expects: { kind: 'watched', class: 'cuda-oom' },
    play: (machine, engine) => turns(machine, engine, 2),
  },
  {
    name: 'driver restart and a gap',
    what: 'the driver is updated, everything starts again with new pids, then the machine is suspended',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(50),
    expects: { kind: 'healthy' },
    play: (machine, engine) => restart(machine, engine),
  },
]

function slice(machine: Machine, engine: Deviation, grows: (second: number) => number): Actor {
  return new Torch(
    machine,
    {
      pid: 9120,
      ...transformersServe('Qwen/Qwen3-8B'),
      startsAt: 0,
      loadSeconds: 0,
      weightsMiB: { 0: 15_623 },
      gpuInstanceId: 1,
      grows,
    },
    engine,
  ).act
}

/** @param spoiltTurn in which the trainer keeps what it has */
function turns(machine: Machine, engine: Deviation, spoiltTurn: number): readonly Actor[] {
  const awakeSeconds = Math.round(machine.between(240, 420))
  const trainSeconds = Math.round(machine.between(300, 500))
  const whole = awakeSeconds + trainSeconds
  const server = new Vllm(
    machine,
    {
      ...LLAMA_8B,
      flags: [...(LLAMA_8B.flags ?? []), '--enable-sleep-mode'],
      utilization: 0.85,
      startsAt: 0,
      loadSeconds: 0,
      traffic: breathing(machine, 0.4),
    },
    engine,
  )
  const trainer = new Torch(
    machine,
    {
      pid: 7000,
      ...TRAINING,
      startsAt: 0,
      loadSeconds: 0,
      weightsMiB: { 0: 600 },
      grows: (second) => {
        const inTurn = second % whole
        const since = inTurn - awakeSeconds
        if (since >= 2) return 58_000 * Math.min(1, since / 70)
        return Math.floor(second / whole) >= spoiltTurn ? 30_000 : 0
      },
    },
    engine,
  )
  const order = (second: number): void => {
    if (server.dead) return
    const inTurn = second % whole
    if (inTurn === awakeSeconds) server.sleep()
    // the trainer empties its cache first
    if (inTurn === 3 && second > whole) server.wake()
  }
  return [server.act, trainer.act, order]
}

const MISMATCH = 'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 575.57\n'

function restart(machine: Machine, engine: Deviation): readonly Actor[] {
  const stopsAt = Math.round(machine.between(600, 1000))
  const backAt = stopsAt + 90
  const gapAt = Math.round(machine.between(2000, 2400))
  const before = steady(machine, engine, 9120, 0)
  const after = steady(machine, engine, 21_340, backAt + 30)
  const events = (second: number): void => {
    if (second === stopsAt) before.stop()
    if (second === stopsAt + 20) machine.driverTrouble = MISMATCH
    if (second === backAt) machine.driverTrouble = undefined
    if (second === gapAt) {
      machine.unseenUntil = second + 300
      machine.suspendedMs += 1_800_000
    }
  }
  return [before.act, after.act, events]
}

function steady(machine: Machine, engine: Deviation, pid: number, startsAt: number): Torch {
  const plan = { ...transformersServe('Qwen/Qwen3-14B'), weightsMiB: { 0: 28_169 }, loadSeconds: 45 }
  return new Torch(machine, { ...plan, pid, startsAt, grows: (s) => 800 + 2500 * ((s % 420) / 420) }, engine)
}
