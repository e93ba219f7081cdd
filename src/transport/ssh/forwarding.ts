import { Agent } from 'node:http'
import { ForwardedStream } from './forwarded-stream.ts'
import { forwardArguments } from './ssh-command.ts'
import type { ClientRequestArgs } from 'node:http'
import type { SshOptions } from './ssh-command.ts'

export interface ForwardingOptions {
  readonly host: string
  readonly ssh: SshOptions
  /** The ssh command, or the path of it. */
  readonly program?: string
  readonly elapsedMs: () => number
  readonly inTurn: <T>(job: () => Promise<T>) => Promise<T>
}

/** Logging in again and again to where nothing answers would only fill the logs of the node. */
const REST_MS = 30_000

/**
 * Reaches the engines of a node that can't ask them itself: through streams that ssh forwards, one a server, kept open
 * from tick to tick as long as the server keeps it. Each is a login, so that curl on the node is better.
 */
export class ForwardingAgent extends Agent {
  readonly #options: ForwardingOptions
  /** When an address was in vain, and what ssh said. */
  readonly #failures = new Map<string, { readonly atMs: number; readonly error: Error }>()

  constructor(options: ForwardingOptions) {
    super({ keepAlive: true, maxSockets: 1 })
    this.#options = options
  }

  override createConnection({ host, port }: ClientRequestArgs): ForwardedStream {
    const { host: node, ssh, program = 'ssh', elapsedMs, inTurn } = this.#options
    const address = `${host ?? ''} ${port ?? ''}`
    const args = forwardArguments(node, ssh, host ?? '', Number(port))
    const stream = new ForwardedStream({ program, args, inTurn })
    const failure = this.#failures.get(address)
    if (failure !== undefined && elapsedMs() - failure.atMs < REST_MS) return stream.destroy(failure.error)
    stream.on('error', (error) => {
      if (!stream.hasAnswered) this.#failures.set(address, { atMs: elapsedMs(), error })
    })
    return stream
  }
}
