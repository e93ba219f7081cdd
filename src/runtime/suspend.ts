// A signal that stops takes effect before this has passed; one that was ignored never will.
const IGNORED_AFTER_MS = 100

/**
 * Stops this process and those of its job, as Ctrl-Z does where the terminal is not in raw mode; resolves when it goes on.
 * Where there is no shell that could continue it, the kernel does not stop it, and it goes on at once.
 */
export function suspend(): Promise<void> {
  return new Promise((resolve) => {
    const goOn = () => {
      clearTimeout(timer)
      process.removeListener('SIGCONT', goOn)
      resolve()
    }
    process.once('SIGCONT', goOn)
    const timer = setTimeout(goOn, IGNORED_AFTER_MS)
    process.kill(0, 'SIGTSTP')
  })
}

/**
 * Calls back each time this process goes on after a stop, whoever stopped it: `kill -STOP` is never seen coming.
 * @returns ends that
 */
export function onContinued(callback: () => void): () => void {
  process.on('SIGCONT', callback)
  return () => {
    process.removeListener('SIGCONT', callback)
  }
}
