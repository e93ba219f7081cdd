import { setMaxListeners } from 'node:events'
import { liveState } from '../../model/session.ts'
import { limiter } from '../../transport/limiter.ts'
import { merged } from './merged.ts'
import { watchNode } from './node.ts'
import type { Clock } from '../../core/clock.ts'
import type { Fault } from '../../core/fault.ts'
import type { RawSample } from '../../model/sample.ts'
import type { SshOptions } from '../../transport/ssh/ssh-command.ts'
import type { Source, WantsOf } from '../source.ts'
import type { Node, Pace } from './node.ts'

export interface SshSourceOptions {
  /** Each a name that \`isHostName\` passes, and each once. */
  readonly hosts: readonly string[]
  readonly ssh: SshOptions
  readonly clock: Clock
  readonly intervalMs: number
  /** False: no engine is asked over HTTP. */
  readonly probe: boolean
  /** True: docker and podman are asked for the names of containers. */
  readonly containerNames?: boolean
  /** Logs of engines on the nodes, absolute paths there. */
  readonly engineLogs?: readonly string[]
  /** Keys of engines, by the host and the address there: `node7/127.0.0.1 8000`. */
  readonly keys?: ReadonlyMap<string, string>
  /** The ssh command, or the path of it. */
  readonly program?: string
  /** The path of nvidia-smi on the nodes, where it is not on the PATH there. */
  readonly nvidiaSmi?: string
}

/** sshd and jump hosts let few logins stand at the door at once (MaxStartups 10). */
const LOGINS_AT_ONCE = 8

/**
 * Watches nodes over ssh, each at a pace of its own, so that a slow one holds up no other. A node without an answer still
 * has a sample at every tick, with the state of its link. Ends by itself when no node is left that could come back.
 */
export function sshSource(options: SshSourceOptions): Source {
  const { hosts } = options
  let intervalMs = options.intervalMs
  let listeners: readonly (() => void)[] = []
  let ending: Fault | undefined
  const pace: Pace = {
    intervalMs: () => intervalMs,
    onChange(listener) {
      listeners = [...listeners, listener]
    },
  }

  async function* samples(wantsOf: WantsOf, signal: AbortSignal): AsyncGenerator<RawSample, void, undefined> {
    const over = new AbortController()
    // each node has a few of its own
    setMaxListeners(0, over.signal)
    const stop = (): void => {
      over.abort()
    }
    signal.addEventListener('abort', stop)
    if (signal.aborted) stop()
    const nodes = watchAll(options, pace, wantsOf, over.signal)
    const hopeless = new Map<string, Fault>()
    try {
      for await (const sample of merged(
        [...nodes.values()].map((node) => node.samples),
        stop,
      )) {
        if (signal.aborted) return
        yield sample
        const part = sample.parts.get('ssh')
        if (nodes.get(sample.host)?.link.hasGivenUp() === true && part?.kind === 'fault')
          hopeless.set(sample.host, part.fault)
        if (hopeless.size === nodes.size) {
          ending = [...hopeless.values()][0]
          return
        }
      }
    } finally {
      signal.removeEventListener('abort', stop)
      listeners = []
    }
  }

  return {
    origin: { kind: 'ssh', label: hosts.length === 1 ? (hosts[0] ?? '') : `${hosts.length} hosts` },
    samples,
    control(command) {
      if (command.kind !== 'interval') return
      intervalMs = command.intervalMs
      for (const listener of listeners) listener()
    },
    state: () => liveState(intervalMs),
    ending: () => ending,
  }
}

function watchAll(
  { hosts, ...options }: SshSourceOptions,
  pace: Pace,
  wantsOf: WantsOf,
  signal: AbortSignal,
): ReadonlyMap<string, Node> {
  const inTurn = limiter(LOGINS_AT_ONCE)
  return new Map(
    hosts.map((host, position) => {
      const phase = position / hosts.length
      return [host, watchNode({ ...options, host, phase, pace, inTurn }, wantsOf, signal)]
    }),
  )
}
