import { blocks } from './engines.ts'
import type { Machine, Process } from './machine.ts'
import type { Deviation } from './shape.ts'

/** A process whose allocator is PyTorch's: it takes segments of 20 MiB (2 for small tensors) and rarely gives them back. */
export interface TorchPlan {
  readonly pid: number
  readonly parentPid?: number
  readonly uid?: number
  readonly comm: string
  readonly command: readonly string[]
  readonly startsAt: number
  /** Context and weights on each card, by index; loaded one card after the other. */
  readonly weightsMiB: Readonly<Record<number, number>>
  readonly loadSeconds: number
  /** What it holds beyond that on a card, so long after the load. May fall: an emptied cache. */
  readonly grows: (second: number, card: number) => number
  readonly gpuInstanceId?: number
  readonly residentMiB?: number
  /** What becomes of it where an allocation fails. */
  readonly foreseeable?: false
}

const CONTEXT_MIB = 500
const SEGMENT_MIB = 20

export class Torch {
  readonly #machine: Machine
  readonly #plan: TorchPlan
  readonly #factor: number
  process: Process | undefined
  dead = false

  constructor(machine: Machine, plan: TorchPlan, { factor }: Deviation) {
    this.#machine = machine
    this.#plan = plan
    this.#factor = factor
  }

  readonly act = (second: number): void => {
    const { startsAt, loadSeconds, weightsMiB } = this.#plan
    if (this.dead || second < startsAt) return
    if (second === startsAt) this.#start()
    const age = second - startsAt
    const loaded = startsAt === 0 || loadSeconds === 0 ? 1 : Math.min(1, age / loadSeconds)
    const after = startsAt === 0 ? age : age - loadSeconds
    for (const [name, weights] of Object.entries(weightsMiB)) {
      const card = Number(name)
      const more = loaded === 1 ? this.#plan.grows(after, card) : 0
      const wanted =
        CONTEXT_MIB + blocks(weights * this.#factor * loaded, 2) + blocks(more * this.#factor, SEGMENT_MIB)
      if (!this.#hold(card, wanted)) return
      this.#machine.busy(card, 94)
    }
  }

  /** The user ends it. */
  stop(): void {
    this.dead = true
    if (this.process !== undefined) this.#machine.end(this.process)
  }

  #start(): void {
    const { pid, parentPid = 1, uid = 1000, comm, command, gpuInstanceId, residentMiB = 3100 } = this.#plan
    this.process = this.#machine.start({
      pid,
      parentPid,
      uid,
      comm,
      command,
      residentMiB,
      cpuPercent: 101,
      cgroup: '/user.slice/user-1000.slice/session-4.scope',
      ...(gpuInstanceId === undefined ? {} : { gpuInstanceId }),
    })
  }

  #hold(card: number, wanted: number): boolean {
    const { process } = this
    if (process === undefined) return false
    if (this.#machine.hold(process, card, wanted)) return true
    this.dead = true
    this.#machine.cudaOom(process, card, this.#plan.foreseeable === undefined ? {} : { foreseeable: false })
    return false
  }
}

/** Hugging Face's own server, with a model that it keeps. */
export function transformersServe(model: string): Pick<TorchPlan, 'comm' | 'command'> {
  return {
    comm: 'transformers',
    command: [
      '/home/alice/venv/bin/python3',
      '/home/alice/venv/bin/transformers',
      'serve',
      '--force-model',
      model,
    ],
  }
}

export const TRAINING: Pick<TorchPlan, 'comm' | 'command'> = {
  comm: 'pt_main_thread',
  command: ['/home/alice/venv/bin/python3', 'train.py', '--config', 'sft.yaml'],
}

export const NOTEBOOK: Pick<TorchPlan, 'comm' | 'command'> = {
  comm: 'python3',
  command: [
    '/home/bob/venv/bin/python3',
    '-m',
    'ipykernel_launcher',
    '-f',
    '/home/bob/.local/share/jupyter/runtime/kernel-7f3a.json',
  ],
}
