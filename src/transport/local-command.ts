import type { Fault } from '../core/fault.ts'
import { lastLine } from '../core/text.ts'
import { maskSecrets } from '../parse/mask-secrets.ts'

export interface CommandLimits {
  readonly timeoutMs: number
  /** What the command prints beyond is not waited for. */
  readonly maxCharacters: number
}

/** What a command has printed. */
export interface CommandText {
  readonly kind: 'text'
  readonly text: string
  /** False where it would have printed more. */
  readonly isWhole: boolean
}

/** Runs a command that only reports, with English messages. */
export async function runCommand(
  command: string,
  args: readonly string[],
  { timeoutMs, maxCharacters }: CommandLimits,
  signal: AbortSignal,
): Promise<CommandText | Fault> {
  const { execa } = await import('execa')
  const result = await execa(command, args, {
    reject: false,
    stdin: 'ignore',
    env: { LC_ALL: 'C' },
    timeout: timeoutMs,
    maxBuffer: maxCharacters,
    cancelSignal: signal,
    stripFinalNewline: false,
  })
  if (result.code === 'ENOENT') return { kind: 'command-not-found', command }
  if (result.timedOut) return { kind: 'timed-out', what: `'${command}'`, afterMs: timeoutMs }
  if (result.isMaxBuffer) return { kind: 'text', text: result.stdout, isWhole: false }
  if (result.exitCode === 0) return { kind: 'text', text: result.stdout, isWhole: true }
  const words = result.stderr === '' ? result.stdout : result.stderr
  return {
    kind: 'command-failed',
    command,
    exitCode: result.exitCode ?? null,
    lastLine: lastLine(maskSecrets(words)),
  }
}
