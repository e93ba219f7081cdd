import { constants } from 'node:os'

/** The signals that end a program, as terminals, service managers and closing sessions send them. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

export interface SignalWatch {
  /** Aborted by the first ending signal. */
  readonly signal: AbortSignal
  /** 128 + the number of the signal that came, as shells count it; undefined when none came. */
  exitCode(): number | undefined
  /** The run is over in another way: the user quit, the reader of our output went away. */
  stop(): void
  /** Takes the handlers off again. */
  release(): void
}

/**
 * Turns ending signals into one abort. A second signal while the end is under way leaves at once.
 * @param leave what to do then: restore the terminal and exit
 */
export function watchSignals(leave: (exitCode: number) => void): SignalWatch {
  const controller = new AbortController()
  let code: number | undefined
  const onSignal = (name: NodeJS.Signals): void => {
    const first = code === undefined
    code ??= 128 + constants.signals[name]
    if (first) controller.abort()
    else leave(code)
  }
  for (const name of ENDING) process.on(name, onSignal)
  return {
    signal: controller.signal,
    exitCode: () => code,
    stop: () => {
      controller.abort()
    },
    release: () => {
      for (const name of ENDING) process.off(name, onSignal)
    },
  }
}
