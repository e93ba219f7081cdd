import { lastLine } from '../../core/text.ts'
import { maskSecrets } from '../../parse/mask-secrets.ts'

/** A running ssh. Its output comes as text with one character a byte. */
export interface SshProcess {
  readonly pid: number | undefined
  write(text: string): void
  /** How it ended; never rejects. */
  readonly ended: Promise<SshEnd>
  /** Ends its input, so that the node's side ends itself, and then ssh, by force where that takes too long. */
  end(): Promise<void>
}

export interface SshEnd {
  readonly kind: 'not-found' | 'exited'
  /** null after a signal; 255 is ssh's own failure, everything else the node's. */
  readonly exitCode: number | null
}

export interface SshListeners {
  readonly onOutput: (bytes: string) => void
  readonly onErrors: (bytes: string) => void
}

const CLOSE_WITHIN_MS = 300
const KILL_AFTER_MS = 500
/** What ssh and login shells say, as much of it as explains an end. */
const KEPT_WORDS = 4096

/**
 * Starts ssh in a session of its own: without a terminal neither it nor the ssh of a jump host, to which options do not
 * travel, can ask for a password over the screen.
 */
export async function startSsh(
  program: string,
  args: readonly string[],
  { onOutput, onErrors }: SshListeners,
): Promise<SshProcess> {
  const { execa } = await import('execa')
  const child = execa(program, args, {
    reject: false,
    buffer: false,
    stdin: 'pipe',
    detached: true,
    env: { LC_ALL: 'C', SSH_ASKPASS_REQUIRE: 'never' },
  })
  child.stdout.setEncoding('latin1').on('data', onOutput)
  child.stderr.setEncoding('latin1').on('data', onErrors)
  // it may end while something is being written: that shows as its end
  child.stdin.on('error', () => undefined)
  const ended = child.then(({ code, exitCode }): SshEnd =>
    code === 'ENOENT'
      ? { kind: 'not-found', exitCode: null }
      : { kind: 'exited', exitCode: exitCode ?? null },
  )
  const isOver = ended.then(() => true)
  return {
    pid: child.pid,
    write(text) {
      if (child.stdin.writable) child.stdin.write(text, 'latin1')
    },
    ended,
    async end() {
      child.stdin.end()
      if (await Promise.race([isOver, later(CLOSE_WITHIN_MS)])) return
      child.kill('SIGTERM')
      if (await Promise.race([isOver, later(KILL_AFTER_MS)])) return
      child.kill('SIGKILL')
    },
  }
}

/** The last words of ssh or of a login shell, joined over pieces. */
export function keepWords(words: string, more: string): string {
  return (words + more).slice(-KEPT_WORDS)
}

/** A line of it that can be shown. */
export function sayable(words: string): string {
  return lastLine(maskSecrets(Buffer.from(words, 'latin1').toString('utf8')))
}

function later(ms: number): Promise<false> {
  return new Promise((resolve) => {
    setTimeout(() => {
      resolve(false)
    }, ms).unref()
  })
}
