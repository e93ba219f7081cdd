import type { ReadStream, WriteStream } from 'node:tty'

/** The world as the commands see it, handed in by `main.ts`. */
export interface Environment {
  readonly version: string
  readonly stdin: ReadStream
  readonly stdout: WriteStream
  readonly stderr: NodeJS.WritableStream
  readonly variables: Readonly<Partial<Record<string, string>>>
  readonly hostName: string
  /** The recording that ships with the package. */
  readonly demoPath: string
  /** The exit code that the program will end with; the last call stands. */
  exitWith(code: number): void
}

/** Columns of the terminal that text is printed on; undefined where there is none, or it does not say. */
export function terminalColumns({ stdout }: Environment): number | undefined {
  return stdout.isTTY && stdout.columns > 0 ? stdout.columns : undefined
}

/** Exit codes of DESIGN §4; a run ended by a signal gives 128 + its number. */
export const EXIT = { done: 0, fault: 1, usage: 2, risk: 3 } as const
