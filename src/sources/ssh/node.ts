import { seconds } from '../../core/units.ts'
import { ForwardingAgent } from '../../transport/ssh/forwarding.ts'
import { sshTransport } from '../../transport/ssh/ssh-transport.ts'
import { alarm, type Alarm } from '../local/alarm.ts'
import { errands } from '../local/errands.ts'
import { sampler } from '../local/sampler.ts'
import { wanted } from '../local/wanted.ts'
import { keepConnected } from './link.ts'
import { nodeHost } from './node-host.ts'
import { keysOfNode, tellKeys } from './node-keys.ts'
import { nodeLogs, type NodeLogs } from './node-logs.ts'
import { nodeNames, type NodeNames } from './node-names.ts'
import { nodeNews } from './node-news.ts'
import { nodeSmi } from './node-smi.ts'
import { nextTickMs } from './next-tick.ts'
import type { Clock } from '../../core/clock.ts'
import type { RawSample } from '../../model/sample.ts'
import type { Connection } from '../../transport/ssh/connection.ts'
import type { SshOptions } from '../../transport/ssh/ssh-command.ts'
import type { Transport } from '../../transport/transport.ts'
import type { WantsOf } from '../source.ts'
import type { Link, Login } from './link.ts'
import type { NodeHost } from './node-host.ts'
import type { NodeSmi } from './node-smi.ts'

export interface NodeOptions {
  readonly host: string
  readonly ssh: SshOptions
  /** The ssh command, or the path of it. */
  readonly program?: string
  /** The path of nvidia-smi on the node, where it is not on the PATH there. */
  readonly nvidiaSmi?: string
  readonly clock: Clock
  readonly probe: boolean
  readonly containerNames?: boolean
  readonly engineLogs?: readonly string[]
  /** Of all hosts, by the host and the address there. */
  readonly keys?: ReadonlyMap<string, string>
  /** Where in the interval this node has its turn, 0 to 1: many nodes do not answer all at once. */
  readonly phase: number
  readonly inTurn: <T>(job: () => Promise<T>) => Promise<T>
  readonly pace: Pace
}

export interface Pace {
  intervalMs(): number
  onChange(listener: () => void): void
}

/** The first frame waits for the GPUs so long, and not at all for a login. */
const FIRST_SETTLE_MS = 900
const LONGEST_SETTLE_MS = 1500
const SHORTEST_SETTLE_MS = 250
const CATCH_UP_ROUNDS = 6
const CATCH_UP_MS = seconds(2)

/** What is done over one login. */
interface Work {
  readonly login: Login
  readonly smi: NodeSmi
  readonly host: NodeHost
  readonly transport: Transport
  readonly names: NodeNames | undefined
  readonly logs: NodeLogs
}

/** A node that is being watched. */
export interface Node {
  /** At every tick one, whether the node answers or not. */
  readonly samples: AsyncGenerator<RawSample, void, undefined>
  readonly link: Link
}

/** Starts to connect at once. */
export function watchNode(options: NodeOptions, wantsOf: WantsOf, signal: AbortSignal): Node {
  const waking = alarm(options.clock, signal)
  const link = keepConnected({ ...options, onChange: waking.ring }, signal)
  options.pace.onChange(waking.ring)
  return { samples: samplesOf(options, link, waking, wantsOf, signal), link }
}

async function* samplesOf(
  options: NodeOptions,
  link: Link,
  waking: Alarm,
  wantsOf: WantsOf,
  signal: AbortSignal,
): AsyncGenerator<RawSample, void, undefined> {
  const { host, clock, pace, probe } = options
  const pending = errands(clock, signal)
  const samples = sampler(host, clock, pace)
  const news = nodeNews(host)
  let work: Work | undefined
  let toldChanges = 0
  let isFirst = true
  const transport: Transport = {
    label: host,
    fetch: (want, stop) => work?.transport.fetch(want, stop) ?? Promise.resolve(new Map()),
  }
  const wishes = wanted(transport, pending, signal)

  function begin(login: Login): Work {
    const ask: Connection['ask'] = (order) => login.connection.ask(order)
    if (options.nvidiaSmi !== undefined) void ask({ name: 'smi-path', words: '', paths: [options.nvidiaSmi] })
    pending.run('news', () => Promise.resolve(news.login(login)))
    const keys = keysOfNode(options)
    if (login.facts.get('fetch') !== 'wget' && probe) tellKeys(ask, keys, pending)
    const forwarding = login.facts.get('fetch') === 'none' ? forwardingFor(login) : undefined
    return {
      login,
      smi: nodeSmi(login.connection, clock),
      host: nodeHost({ ask, errands: pending, canLook: login.facts.get('awk') !== 'none' }),
      transport: sshTransport({ host, ask, probe, forwarding, keys }),
      names: options.containerNames === true ? nodeNames(ask, pending) : undefined,
      logs: nodeLogs(ask, options.engineLogs ?? [], pending),
    }
  }

  /** Streams to its engines, which end with the login. */
  function forwardingFor({ connection }: Login): ForwardingAgent {
    const agent = new ForwardingAgent({ ...options, elapsedMs: () => clock.elapsedMs() })
    void connection.ended.then(() => {
      agent.destroy()
    })
    return agent
  }

  function sendFor({ smi, host: machine, names, logs }: Work, elapsedMs: number): void {
    names?.tick(elapsedMs)
    logs.tick(elapsedMs)
    const before = new Set(smi.pids())
    machine.tick([...before], elapsedMs, pace.intervalMs())
    if (!smi.isDue(elapsedMs)) return
    pending.run('nvidia-smi', async () => {
      const parts = await smi.fetch()
      machine.look(
        smi.pids().filter((pid) => !before.has(pid)),
        elapsedMs,
      )
      return parts
    })
  }

  function reported(sample: RawSample): RawSample {
    const fault = link.fault()
    const parts = new Map(sample.parts)
    if (fault !== undefined) parts.set('ssh', { kind: 'fault', fault })
    for (const [name, part] of news.observe(parts, sample.elapsedMs)) parts.set(name, part)
    return { ...sample, link: link.report(pace.intervalMs()), parts }
  }

  async function* tick(): AsyncGenerator<RawSample, void, undefined> {
    const moment = samples.now()
    const login = link.current()
    toldChanges = link.changes()
    if (login !== work?.login) work = login === undefined ? undefined : begin(login)
    if (work !== undefined) {
      sendFor(work, moment.elapsedMs)
      wishes.askDue(wantsOf(host), moment.elapsedMs)
      await pending.settle(settleMs(pace.intervalMs(), isFirst))
      isFirst = false
    }
    link.checkAnswers(pace.intervalMs())
    if (signal.aborted) return
    yield reported(samples.make(moment, pending.take(moment.elapsedMs)))
    if (work !== undefined) yield* catchUp(moment.elapsedMs + Math.min(pace.intervalMs(), CATCH_UP_MS))
  }

  /** The frame of the sample before may have raised new wants: their answers follow at once. */
  async function* catchUp(untilMs: number): AsyncGenerator<RawSample, void, undefined> {
    for (let round = 0; round < CATCH_UP_ROUNDS; round++) {
      const moment = samples.now()
      const leftMs = Math.min(untilMs - moment.elapsedMs, LONGEST_SETTLE_MS)
      if (leftMs <= 0 || signal.aborted || link.current() === undefined) return
      if (!wishes.askNew(wantsOf(host), moment.elapsedMs)) return
      await pending.settle(leftMs)
      const parts = pending.take(moment.elapsedMs)
      if (parts.size > 0) yield reported(samples.makeCatchUp(moment, parts))
    }
  }

  /** Waits for this node's next turn; a connection that was made or lost does not wait for it. */
  async function rest(fromMs: number): Promise<void> {
    while (!signal.aborted && link.changes() === toldChanges) {
      const leftMs = nextTickMs(fromMs, pace.intervalMs(), options.phase) - clock.elapsedMs()
      if (leftMs <= 0) return
      await waking.sleep(leftMs)
    }
  }

  try {
    while (!signal.aborted) {
      const tickMs = clock.elapsedMs()
      yield* tick()
      await rest(tickMs)
    }
  } finally {
    await link.finished
  }
}

function settleMs(intervalMs: number, isFirst: boolean): number {
  if (isFirst) return FIRST_SETTLE_MS
  return Math.min(Math.max(intervalMs / 2, SHORTEST_SETTLE_MS), LONGEST_SETTLE_MS)
}
