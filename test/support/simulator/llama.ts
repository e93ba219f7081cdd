import type { Machine, Process } from './machine.ts'
import { ggufHead, kvMiB, cardWeightsMiB, type GgufModel } from './models.ts'
import { llamaProps, llamaSlots, type SlotMoment } from './pages.ts'
import type { Deviation } from './shape.ts'

export interface LlamaPlan {
  readonly pid: number
  readonly parentPid?: number
  readonly model: GgufModel
  readonly path: string
  /** Of all slots together. */
  readonly contextTokens: number
  readonly slots: number
  readonly port: number
  readonly card: number
  readonly startsAt: number
  readonly command?: readonly string[]
  readonly cgroup?: string
  readonly residentMiB?: number
  /** @param second since it was ready */
  readonly serves: (second: number) => readonly SlotMoment[]
}

const CONTEXT_MIB = 440
const COMPUTE_MIB = 160
/** The buffers are taken at once; then the file is read into them. */
const READ_SECONDS = 6

/** llama-server: all its memory in its first second, and pages that tell of its slots. */
export class LlamaServer {
  readonly #machine: Machine
  readonly #plan: LlamaPlan
  /** What it holds on the card. */
  readonly #neededMiB: number
  process: Process | undefined
  ended = false

  constructor(machine: Machine, plan: LlamaPlan, { factor }: Deviation) {
    this.#machine = machine
    this.#plan = plan
    const { model, contextTokens } = plan
    this.#neededMiB = Math.round(
      CONTEXT_MIB + (cardWeightsMiB(model) + kvMiB(model, contextTokens) + COMPUTE_MIB) * factor,
    )
    machine.pages.set(`head/${plan.path}`, ggufHead(plan.model))
  }

  readonly act = (second: number): void => {
    const { startsAt, card } = this.#plan
    if (this.ended || second < startsAt) return
    if (second === startsAt) this.#start()
    if (this.process === undefined) return
    const age = second - startsAt
    const wanted = age >= 2 || startsAt === 0 ? this.#neededMiB : CONTEXT_MIB
    if (!this.#machine.hold(this.process, card, wanted)) {
      this.ended = true
      this.#machine.cudaOom(this.process, card)
      return
    }
    this.#answer(startsAt === 0 ? age : age - READ_SECONDS)
  }

  end(): void {
    this.ended = true
    if (this.process !== undefined) this.#machine.end(this.process)
    for (const path of ['/props', '/slots', '/v1/models']) this.#machine.refuse(this.#page(path))
  }

  #start(): void {
    const { pid, parentPid = 1, path, contextTokens, slots, port, cgroup, residentMiB = 900 } = this.#plan
    const command = this.#plan.command ?? [
      '/usr/local/bin/llama-server',
      '-m',
      path,
      '-c',
      `${contextTokens}`,
      '-np',
      `${slots}`,
      '-ngl',
      '99',
      '--port',
      `${port}`,
    ]
    this.process = this.#machine.start({
      pid,
      parentPid,
      comm: 'llama-server',
      command,
      residentMiB,
      ...(cgroup === undefined ? {} : { cgroup }),
    })
  }

  #answer(ready: number): void {
    const { slots, contextTokens, path, model, card } = this.#plan
    this.#machine.listens(this.#plan.pid, this.#plan.port)
    if (ready < 0) {
      const loading = '{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}'
      this.#machine.pages.set(this.#page('/props'), { kind: 'text', text: loading, status: 503 })
      return
    }
    const moments = this.#plan.serves(ready)
    const perSlot = Math.floor(contextTokens / slots)
    this.#machine.answer(this.#page('/props'), () =>
      llamaProps({ slots, contextTokens: perSlot, modelPath: path, modelType: FILE_TYPES[model.type] }),
    )
    this.#machine.answer(this.#page('/slots'), () => llamaSlots(moments))
    this.#machine.busy(card, moments.some(({ busy }) => busy) ? 91 : 0)
  }

  #page(path: string): string {
    return `http/127.0.0.1:${this.#plan.port}${path}`
  }
}

const FILE_TYPES = { F16: 'F16', Q8_0: 'Q8_0', Q4_K: 'Q4_K - Medium' } as const
