import { spawn } from 'node:child_process'
import { Duplex, Writable } from 'node:stream'
import { keepWords, sayable } from './ssh-process.ts'
import type { Readable } from 'node:stream'

export interface ForwardedStreamOptions {
  readonly program: string
  /** Those of `ssh -W ADDRESS:PORT`. */
  readonly args: readonly string[]
  /** Waits for a turn to log in: the turn lasts until the first answer. */
  readonly inTurn: <T>(job: () => Promise<T>) => Promise<T>
}

/**
 * Runs ssh, whose input is descriptor 3, for as long as the standard input of this shell is open: a server that keeps its
 * end of a stream open must not keep an ssh alive whose llmtop was killed.
 */
const WHILE_WATCHED = `
exec 4<&0
"$@" <&3 4<&- & ssh=$!
exec 3<&-
(read -r line; kill $ssh) <&4 >/dev/null 2>&1 & watcher=$!
wait $ssh; code=$?
kill $watcher
exit $code
`

/**
 * A TCP connection of the node's, over an ssh of its own (\`ssh -W\`). It begins when its turn comes; what is written
 * before waits. Its end says why in ssh's words. An http agent takes it for a socket.
 */
export class ForwardedStream extends Duplex {
  readonly timeout = 0
  /** Whether the other side has sent anything. */
  hasAnswered = false
  readonly #options: ForwardedStreamOptions
  #pipes: Pipes | undefined
  #settle: () => void = () => undefined

  constructor(options: ForwardedStreamOptions) {
    super({ allowHalfOpen: false })
    this.#options = options
  }

  override _construct(started: () => void): void {
    const settled = new Promise<void>((resolve) => (this.#settle = resolve))
    void this.#options.inTurn(() => {
      if (!this.destroyed) this.#start()
      started()
      return settled
    })
  }

  override _read(): void {
    this.#pipes?.output.resume()
  }

  override _write(bytes: Buffer, _: string, done: (error?: Error | null) => void): void {
    this.#pipes?.input.write(bytes, done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#pipes?.input.end(done)
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#pipes?.lifeLine.end()
    this.#settle()
    done(error)
  }

  // what an http agent does to a socket
  setKeepAlive(): this {
    return this
  }
  setTimeout(): this {
    return this
  }
  ref(): this {
    return this
  }
  unref(): this {
    return this
  }

  #start(): void {
    const pipes = startWatched(this.#options)
    this.#pipes = pipes
    let words = ''
    pipes.errors.setEncoding('latin1').on('data', (more: string) => (words = keepWords(words, more)))
    pipes.output.on('data', (bytes: Buffer) => {
      this.hasAnswered = true
      this.#settle()
      if (!this.push(bytes)) pipes.output.pause()
    })
    pipes.onEnd(() => {
      this.#settle()
      if (this.hasAnswered) this.push(null)
      else this.destroy(new Error(sayable(words) || 'ssh -W ended'))
    })
  }
}

interface Pipes {
  readonly lifeLine: Writable
  readonly input: Writable
  readonly output: Readable
  readonly errors: Readable
  readonly onEnd: (listener: () => void) => void
}

function startWatched({ program, args }: ForwardedStreamOptions): Pipes {
  const child = spawn('sh', ['-c', WHILE_WATCHED, 'sh', program, ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    // without a terminal nothing can ask for a password over the screen
    detached: true,
    env: { ...process.env, LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' },
  })
  const [lifeLine, output, errors, input] = child.stdio
  if (!(input instanceof Writable)) throw new Error('a pipe can be written to')
  // it may end while something is being written: that shows as its end
  for (const pipe of [lifeLine, input]) pipe.on('error', () => undefined)
  child.on('error', () => undefined)
  return { lifeLine, input, output, errors, onEnd: (listener) => child.on('close', listener) }
}
