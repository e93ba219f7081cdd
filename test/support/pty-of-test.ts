import { onTestFinished } from 'vitest'
import { startInPty, type Pty, type PtyOptions } from './pty.ts'

/** The built program in a pseudo-terminal, killed when the test is over. */
export function ptyOfTest(args: readonly string[], options?: PtyOptions): Pty {
  const pty = startInPty(args, options)
  onTestFinished(async () => {
    pty.kill('SIGKILL')
    await pty.exited
  })
  return pty
}
