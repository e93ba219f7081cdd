import { liveState } from '../../src/model/session.ts'
import { PassThrough, Writable } from 'node:stream'
import xterm from '@xterm/headless'
import type { Terminal as XtermTerminal } from '@xterm/headless'
import type { Frame } from '../../src/model/frame.ts'
import type { SessionState, SourceCommand } from '../../src/model/session.ts'
import { terminalOutput } from '../../src/outputs/terminal/screen.ts'
import type { TerminalOutput, TerminalOutputOptions } from '../../src/outputs/terminal/options.ts'

/** A terminal in memory: what llmtop writes to it goes through a real emulator, and keys can be typed. */
export interface FakeTerminal {
  readonly input: PassThrough & { isRaw: boolean; setRawMode(raw: boolean): void }
  readonly output: Writable & { columns: number; rows: number }
  /** Everything that was written, in pieces as they were written. */
  readonly written: string[]
  /** The screen as text, row by row. */
  rows(): Promise<readonly string[]>
  /** The emulator itself, with all writes done. */
  emulator(): Promise<XtermTerminal>
  resize(columns: number, rows: number): void
}

export function fakeTerminal(columns: number, rows: number): FakeTerminal {
  const emulator = new xterm.Terminal({ cols: columns, rows, allowProposedApi: true })
  const written: string[] = []
  const input = Object.assign(new PassThrough(), {
    isRaw: false,
    setRawMode(raw: boolean) {
      input.isRaw = raw
    },
  })
  const output = Object.assign(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        written.push(chunk.toString('utf8'))
        emulator.write(chunk)
        done()
      },
    }),
    { columns, rows, isTTY: true },
  )
  const settled = async () => {
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise<void>((resolve) => {
      emulator.write('', resolve)
    })
    return emulator
  }
  return {
    input,
    output,
    written,
    emulator: settled,
    rows: async () => textRows(await settled()),
    resize(nextColumns, nextRows) {
      emulator.resize(Math.max(1, nextColumns), Math.max(1, nextRows))
      Object.assign(output, { columns: nextColumns, rows: nextRows })
      output.emit('resize')
    },
  }
}

export interface Watched {
  readonly terminal: FakeTerminal
  readonly screen: TerminalOutput
  readonly commands: SourceCommand[]
  readonly quits: () => number
  /** Shows the frames, the last one certainly. */
  show(...frames: readonly Frame[]): Promise<void>
  /** Types, and waits until the picture stands. */
  type(keys: string): Promise<void>
}

export interface WatchedOptions {
  readonly color?: boolean
  readonly ascii?: boolean
  readonly session?: () => SessionState
  /** What else the output is made with. */
  readonly more?: Partial<TerminalOutputOptions>
}

/** The real terminal output on a terminal in memory. */
export function watch(columns: number, rows: number, options: WatchedOptions = {}): Watched {
  const terminal = fakeTerminal(columns, rows)
  const commands: SourceCommand[] = []
  let quits = 0
  const screen = terminalOutput({
    input: terminal.input,
    output: terminal.output,
    color: options.color ?? true,
    ascii: options.ascii ?? false,
    timeZoneOffsetMinutes: 0,
    session: options.session ?? (() => liveState(2000)),
    onCommand: (command) => {
      commands.push(command)
      return undefined
    },
    onQuit: () => {
      quits++
    },
    ...options.more,
  })
  return {
    terminal,
    screen,
    commands,
    quits: () => quits,
    async show(...frames) {
      for (const frame of frames) await screen.accept(frame, { ...NO_SAMPLE, host: frame.host })
      // longer than the least time between two pictures
      await pause(40)
      await terminal.rows()
    },
    async type(keys) {
      terminal.input.write(keys)
      await pause(1)
      await terminal.rows()
    },
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

const NO_SAMPLE = {
  host: '',
  sequence: 0,
  takenAtEpochMs: 0,
  elapsedMs: 0,
  intervalMs: 2000,
  parts: new Map(),
}

function textRows(emulator: XtermTerminal): readonly string[] {
  const buffer = emulator.buffer.active
  return Array.from(
    { length: emulator.rows },
    (_, y) => buffer.getLine(buffer.viewportY + y)?.translateToString(false) ?? '',
  )
}
