import type Blessed from 'blessed'
import type { Widgets } from 'blessed'
import type { Size } from '../../view/panel.ts'
import type { Picture } from '../../view/picture.ts'
import { timeChart } from './chart.ts'
import type { TimeChart } from './chart.ts'
import { paint } from './draw.ts'
import type { Style } from './draw.ts'
import { takeKeys } from './key-input.ts'
import type { MouseEvent } from '../../view/mouse.ts'
import type { KeyInput, Keys } from './key-input.ts'

/** What llmtop needs of a terminal's output: `process.stdout`, or a stream in tests. */
export interface ScreenOutput extends NodeJS.WritableStream {
  readonly columns?: number
  readonly rows?: number
}

/** An open terminal: the alternate screen with raw keys. */
export interface Terminal {
  size(): Size
  /** Asks for the picture and writes what differs from what is shown. */
  show(): void
  /** Writes everything anew. */
  repaint(): void
  /** Puts a text into the clipboard of whoever sits before the terminal (OSC 52), also through SSH and tmux. */
  copy(text: string): void
  /** Whether wheel and clicks come to `onMouse`. */
  setMouse(on: boolean): void
  /** Gives the terminal back for a while, and takes it again. */
  suspend(): void
  resume(): void
  /** Leaves the alternate screen and gives the terminal back as it was. A second call does nothing. */
  close(): void
}

export interface TerminalOptions {
  readonly input: KeyInput
  readonly output: ScreenOutput
  /** Read anew for each picture. */
  readonly style: () => Style
  /** Called for each render, resizes included. */
  readonly picture: (size: Size) => Picture
  /** A key by its name in the key table, and what it types if it types something. */
  readonly onKey: (name: string, character: string | undefined) => void
  readonly onMouse: (event: MouseEvent) => void
}

/** Loads blessed and opens the terminal. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { default: blessed } = await import('blessed')
  const { default: ContribLine } = await import('blessed-contrib/lib/widget/charts/line.js')
  // blessed cannot read entries of ncurses 6 and falls to 8 colours; its own entry fits every terminal of today
  blessed.tput.ipaths = []
  const keys = takeKeys(options.input, options.onMouse)
  const screen = withoutProcessHandlers(() => newScreen(blessed, keys.stream, options.output))
  const charts: TimeChart[] = []

  screen.on('prerender', () => {
    const current = options.picture(sizeOf(screen))
    const style = options.style()
    current.plots.forEach(({ chart, rect }, i) => {
      const plot = (charts[i] ??= timeChart(ContribLine, screen))
      plot.show(chart, rect, style)
    })
    for (const unused of charts.slice(current.plots.length)) unused.hide()
    // last, because a box that moves or hides leaves blanks where it stood
    paint(current, screen, style)
  })
  screen.program.on('keypress', (character: string | undefined, key: { readonly full: string }) => {
    // blessed reports Enter twice, as `enter` and as `return`
    if (key.full !== 'return') options.onKey(key.full, character)
  })
  const mouse = mouseModes(options.output)
  const suspension = suspensionOf(screen, keys, mouse)

  const close = once(() => {
    process.removeListener('exit', close)
    mouse.set(false)
    screen.destroy()
    keys.release()
  })
  // whoever ends the process, the terminal is given back
  process.on('exit', close)
  return {
    size: () => sizeOf(screen),
    show: () => {
      if (!suspension.isAway()) screen.render()
    },
    repaint: () => {
      screen.alloc()
      screen.render()
    },
    copy: (text) => {
      options.output.write(`\u001b]52;c;${Buffer.from(text).toString('base64')}\u0007`)
    },
    setMouse: mouse.set,
    suspend: () => {
      suspension.suspend()
    },
    resume: () => {
      suspension.resume()
    },
    close,
  }
}

interface MouseModes {
  readonly set: (on: boolean) => void
  /** Off while the screen is away: the mouse would go on writing into the shell's line. */
  away(away: boolean): void
}

// Presses, releases and the wheel, in the form that knows columns beyond 223; written only when it changes.
function mouseModes(output: ScreenOutput): MouseModes {
  let enabled = false
  const write = (on: boolean) => {
    output.write(on ? '\u001b[?1000h\u001b[?1006h' : '\u001b[?1006l\u001b[?1000l')
  }
  return {
    set(on) {
      if (on !== enabled) write(on)
      enabled = on
    },
    away(away) {
      if (enabled) write(!away)
    },
  }
}

interface Suspension extends Pick<Terminal, 'suspend' | 'resume'> {
  isAway(): boolean
}

function suspensionOf(screen: Widgets.Screen, keys: Keys, mouse: MouseModes): Suspension {
  let away = false
  return {
    isAway: () => away,
    suspend() {
      if (away) return
      away = true
      mouse.away(true)
      screen.leave()
      keys.pause()
    },
    resume() {
      if (!away) return
      away = false
      keys.resume()
      screen.enter()
      screen.alloc()
      mouse.away(false)
    },
  }
}

function newScreen(
  blessed: typeof Blessed,
  input: NodeJS.ReadableStream,
  output: ScreenOutput,
): Widgets.Screen {
  const options = { input, output, terminal: 'xterm-256color', forceUnicode: true, smartCSR: true }
  // the published types take the output for something to read from
  const screen = blessed.screen(options as object)
  // real box characters in place of the shift codes that some terminals don't follow
  screen.tput.brokenACS = true
  return screen
}

const HANDLED = ['uncaughtException', 'SIGTERM', 'SIGINT', 'SIGQUIT', 'exit'] as const

// blessed ends the process with 0 on signals and swallows them where others listen: signals and crashes belong to the run.
function withoutProcessHandlers<T>(create: () => T): T {
  const before = HANDLED.map((event) => process.rawListeners(event))
  const created = create()
  HANDLED.forEach((event, i) => {
    for (const listener of process.rawListeners(event)) {
      if (before[i]?.includes(listener) !== true) process.removeListener(event, listener as () => void)
    }
  })
  return created
}

function sizeOf(screen: Widgets.Screen): Size {
  return { columns: Math.max(1, Number(screen.width) || 1), rows: Math.max(1, Number(screen.height) || 1) }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (done) return
    done = true
    action()
  }
}
