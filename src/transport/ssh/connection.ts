import { randomBytes } from 'node:crypto'
import { BOOT, COLLECTOR, WATCHDOG_SECONDS } from './collector-script.ts'
import { lane } from './lane.ts'
import { sshArguments } from './ssh-command.ts'
import { keepWords, startSsh } from './ssh-process.ts'
import type { Answer } from './lane.ts'
import type { SshOptions } from './ssh-command.ts'
import type { SshEnd } from './ssh-process.ts'

/** One thing for the collector to do. */
export interface Order {
  readonly name:
    'containers' | 'file' | 'http' | 'journal' | 'kernel' | 'key' | 'look' | 'smi' | 'smi-path' | 'sockets'
  /** Of our own making: digits, letters, addresses. */
  readonly words: string
  /** A line each; never with a newline in it. */
  readonly paths?: readonly string[]
}

/** One login on a node. */
export interface Connection {
  readonly pid: number | undefined
  /** What the collector says of its node when it starts; undefined where the connection ended before. */
  readonly hello: Promise<ReadonlyMap<string, string> | undefined>
  /** The answer to an order; undefined where the connection ended before. Never rejects. */
  readonly ask: (order: Order) => Promise<Answer | undefined>
  /** When the node last answered anything but nvidia-smi, which has a clock of its own. */
  lastAnswerAtMs(): number
  /** Whether an order to anything but nvidia-smi waits for its answer. */
  isWaiting(): boolean
  readonly ended: Promise<ConnectionEnd>
  /** Ends it, on both sides. */
  end(): Promise<void>
}

export interface ConnectionEnd extends SshEnd {
  readonly hadHello: boolean
  /** What ssh said, and the login shell on its way. */
  readonly errors: string
  /** What came on standard output before the collector: greetings, and why an account runs no commands. */
  readonly greeting: string
}

export interface ConnectionOptions {
  readonly host: string
  readonly ssh: SshOptions
  /** The command, or the path of it. */
  readonly program?: string
  readonly elapsedMs: () => number
}

interface Waiting {
  readonly name: Order['name']
  readonly resolve: (answer: Answer | undefined) => void
}

const SECRET_BYTES = 16
const KEEP_ALIVE_MS = (WATCHDOG_SECONDS * 1000) / 4
/** The head of a batch of so many orders has seven digits whatever it is. */
const BATCH_BASE = 1_000_000

/** Logs in and starts the collector. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { host, ssh, program = 'ssh', elapsedMs } = options
  const secret = randomBytes(SECRET_BYTES).toString('hex')
  const waiting = new Map<string, Waiting>()
  let hadHello = false
  let greeting = ''
  let errors = ''
  let lastAnswerAtMs = elapsedMs()
  let orders: readonly string[] = []
  let nextId = 1
  let greet: (facts: ReadonlyMap<string, string> | undefined) => void = () => undefined
  const hello = new Promise<ReadonlyMap<string, string> | undefined>((resolve) => (greet = resolve))

  function answered(id: string, answer: Answer): void {
    waiting.get(id)?.resolve(answer)
    waiting.delete(id)
  }
  const flooded = (): void => {
    void child.end()
  }
  const output = lane(secret, {
    onHello(facts) {
      hadHello = true
      lastAnswerAtMs = elapsedMs()
      greet(facts)
    },
    onAnswer(id, answer) {
      lastAnswerAtMs = elapsedMs()
      answered(id, answer)
    },
    onNoise(text) {
      if (!hadHello) greeting = keepWords(greeting, text)
    },
    onFlood: flooded,
  })
  const errorLane = lane(secret, {
    onHello: () => undefined,
    onAnswer: answered,
    onNoise(text) {
      errors = keepWords(errors, text)
    },
    onFlood: flooded,
  })
  const child = await startSsh(program, sshArguments(host, ssh, BOOT), {
    onOutput: output.read,
    onErrors: errorLane.read,
  })
  child.write(`${COLLECTOR}${secret}\n`)
  const keepAlive = setInterval(send, KEEP_ALIVE_MS)
  keepAlive.unref()

  // all orders of a moment make one batch; an empty one says that somebody still listens
  function send(): void {
    child.write(`${BATCH_BASE + orders.length}\n${orders.join('')}`)
    orders = []
  }

  const ended = child.ended.then((end): ConnectionEnd => {
    clearInterval(keepAlive)
    greet(undefined)
    for (const { resolve } of waiting.values()) resolve(undefined)
    waiting.clear()
    errors = keepWords(errors, errorLane.rest())
    if (!hadHello) greeting = keepWords(greeting, output.rest())
    return { ...end, hadHello, errors, greeting }
  })
  let isOver = false
  void ended.then(() => (isOver = true))

  return {
    pid: child.pid,
    hello,
    ask({ name, words, paths = [] }) {
      if (isOver) return Promise.resolve(undefined)
      const id = `${nextId++}`
      if (orders.length === 0) setImmediate(send)
      orders = [...orders, `${name} ${id} ${words}\n${paths.map((path) => `${path}\n`).join('')}`]
      return new Promise((resolve) => waiting.set(id, { name, resolve }))
    },
    lastAnswerAtMs: () => lastAnswerAtMs,
    isWaiting: () => [...waiting.values()].some(({ name }) => name !== 'smi'),
    ended,
    end: () => child.end(),
  }
}
