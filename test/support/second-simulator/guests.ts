import { Vllm } from '../simulator/engines.ts'
import type { Actor, Machine } from '../simulator/machine.ts'
import { LLAMA_8B, minutes, ONE_H100, seconds } from '../simulator/places.ts'
import type { Deviation, Shape } from '../simulator/shape.ts'
import { breathing } from '../simulator/shapes-pool.ts'
import { NOTEBOOK } from '../simulator/torch.ts'
import { exponential, logNormal, logUniform } from './chance.ts'
import { TorchProgram } from './torch-program.ts'

/** Programs of other users on the card of a server. */
export const GUEST_SHAPES: readonly Shape[] = [
  {
    name: 'guests that come and go',
    what: 'jobs of all sizes load beside a server as long as there is room, and leave',
    machine: ONE_H100,
    intervalMs: seconds(2),
    durationMs: minutes(120),
    expects: { kind: 'healthy' },
    play: (machine, engine) => [server(machine, engine, 0.45), comingAndGoing(machine)],
  },
  {
    name: 'a guest that stays and grows',
    what: 'an image generator is given ever larger batches, until there is no room',
    machine: ONE_H100,
    intervalMs: seconds(5),
    durationMs: minutes(150),
    expects: {
      kind: 'outcome',
      class: 'cuda-oom',
      growthSeconds: 1500,
      names: ['pytorch:8300', 'unknown:8300'],
    },
    play: (machine, engine) => [server(machine, engine, 0.5), growing(machine)],
  },
]

function server(machine: Machine, engine: Deviation, utilization: number): Actor {
  const traffic = breathing(machine, 0.4)
  return new Vllm(machine, { ...LLAMA_8B, utilization, startsAt: 0, loadSeconds: 0, traffic }, engine).act
}

const SCRIPT = { comm: 'python3', command: ['/home/bob/venv/bin/python3', 'embed.py', '--shard', '3'] }
/** A job looks whether there is room before it comes, and leaves this much. */
const LEFT_MIB = 2500

function comingAndGoing(machine: Machine): Actor {
  const guests = new Map<TorchProgram, number>()
  let next = 60
  let pid = 8300
  const invite = (second: number): void => {
    const loadSeconds = Math.round(logUniform(machine.random, 5, 110))
    // one at a time: the next one looks at what is free
    next = second + loadSeconds + 20 + exponential(machine.random, 240)
    const weightsMiB = Math.min(30_000, logNormal(machine.random, 6000, 0.8))
    if (weightsMiB + LEFT_MIB + MOST_WORK_MIB * (guests.size + 1) > machine.freeMiB(0)) return
    const program = machine.random() < 0.5 ? NOTEBOOK : SCRIPT
    const process = { pid, uid: 1001, ...program }
    const plan = { process, card: 0, startsAt: second, weightsMiB, loadSeconds }
    guests.set(
      new TorchProgram(machine, plan, working(machine)),
      second + loadSeconds + 30 + exponential(machine.random, 500),
    )
    pid += 13
  }
  return (second) => {
    if (second >= next) invite(second)
    for (const [guest, leavesAt] of guests) {
      guest.act(second)
      if (second < leavesAt) continue
      guest.stop()
      guests.delete(guest)
    }
  }
}

/** What a guest's work takes at most beside its weights and its context. */
const MOST_WORK_MIB = 1500

/** Batches of a few hundred MiB that are freed again: the allocator keeps the largest. */
function working(machine: Machine): (program: TorchProgram) => void {
  return (program) => {
    const batch = program.take(Math.min(900, logNormal(machine.random, 200, 0.5)))
    if (batch !== undefined) program.giveBack([batch])
  }
}

function growing(machine: Machine): Actor {
  const calm = machine.between(300, 600)
  const pace = 26_000 / machine.between(1500, 4500)
  let heldMiB = 0
  return new TorchProgram(
    machine,
    {
      process: {
        pid: 8300,
        uid: 1001,
        comm: 'python3',
        command: ['/home/bob/venv/bin/python3', 'main.py', '--listen'],
      },
      card: 0,
      startsAt: 40,
      weightsMiB: 9000,
      loadSeconds: 30,
    },
    (program, second) => {
      while (heldMiB < (second - calm) * pace) {
        const image = program.take(logUniform(machine.random, 20, 700))
        if (image === undefined) return
        heldMiB += image.mib
      }
    },
  ).act
}
