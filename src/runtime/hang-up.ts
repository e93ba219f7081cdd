import { isatty } from 'node:tty'

const STANDARD_STREAMS = [0, 1, 2] as const

/**
 * Ends the process by SIGHUP itself where the terminal it was started on is gone at its end: the window was closed, the
 * connection lost. Node aborts there with a core dump, because it can't set the modes of that terminal back.
 */
export function endByHangUp(): void {
  const terminals = STANDARD_STREAMS.filter((stream) => isatty(stream))
  process.on('exit', () => {
    if (terminals.every((stream) => isatty(stream))) return
    // with a listener the signal would not end the process
    process.removeAllListeners('SIGHUP')
    process.kill(process.pid, 'SIGHUP')
  })
}
