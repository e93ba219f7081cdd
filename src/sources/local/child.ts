import { lastLine } from '../../core/text.ts'
import { maskSecrets } from '../../parse/mask-secrets.ts'
import type { Fault } from '../../core/fault.ts'

/** A running command that writes text. */
export interface Child {
  /** How it ended; never rejects. */
  readonly ended: Promise<ChildEnd>
  /** Resolves when there is no such process any more, which may be long after `end`. */
  readonly gone: Promise<void>
  /** SIGTERM, and SIGKILL after half a second; resolves when it is gone, and not much later even if it can't be killed. */
  end(): Promise<void>
}

/** `exitCode` is null after a signal; `lastWords` is what it last wrote to standard error. */
export type ChildEnd =
  | { readonly kind: 'not-found' }
  | { readonly kind: 'exited'; readonly exitCode: number | null; readonly lastWords: string }

const KILL_AFTER_MS = 500
/** A process that hangs in the driver dies only when the driver lets go; nobody waits for that. */
const GIVE_UP_AFTER_MS = 1000
const KEPT_ERROR_LENGTH = 4096
/** What a shell answers for a command that is there and can't be started. */
const CANNOT_EXECUTE = 126

/** Starts `command` with English messages; `onText` gets its standard output as it comes. */
export async function startChild(
  command: string,
  args: readonly string[],
  onText: (text: string) => void,
): Promise<Child> {
  const { execa } = await import('execa')
  const child = execa(command, args, {
    reject: false,
    buffer: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
    cleanup: true,
    forceKillAfterDelay: KILL_AFTER_MS,
  })
  let errorText = ''
  child.stdout.setEncoding('utf8').on('data', onText)
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errorText = (errorText + text).slice(-KEPT_ERROR_LENGTH)
  })
  const ended = child.then((result): ChildEnd => {
    if (result.code === 'ENOENT') return { kind: 'not-found' }
    const { exitCode = null } = result
    if (exitCode !== null || result.signal !== undefined) {
      return { kind: 'exited', exitCode, lastWords: lastLine(maskSecrets(errorText)) }
    }
    return { kind: 'exited', exitCode: CANNOT_EXECUTE, lastWords: whyNotStarted(result) }
  })
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => {
      resolve()
    })
    // it never was
    if (child.pid === undefined) resolve()
  })
  return {
    ended,
    gone,
    async end() {
      child.kill()
      await Promise.race([ended, after(GIVE_UP_AFTER_MS)])
      // whoever holds the other end of the pipes now (a wrapper's own child) is told with its next write
      child.stdout.destroy()
      child.stderr.destroy()
    },
  }
}

// Node's own words are `spawn nvidia-smi EACCES`.
function whyNotStarted({ code, originalMessage = '' }: NotStarted): string {
  return code === 'EACCES' ? 'permission denied: it may not be executed' : lastLine(originalMessage)
}

interface NotStarted {
  readonly code?: string | undefined
  readonly originalMessage?: string | undefined
}

/** The fault that a command's end is; `text` is what it printed last. */
export function endFault(command: string, end: ChildEnd, text: string): Fault {
  if (end.kind === 'not-found') return { kind: 'command-not-found', command }
  const line = lastLine(maskSecrets(text))
  return {
    kind: 'command-failed',
    command,
    exitCode: end.exitCode,
    lastLine: line === '' ? end.lastWords : line,
  }
}

function after(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref()
  })
}
