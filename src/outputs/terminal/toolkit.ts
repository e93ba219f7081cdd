import type Blessed from 'blessed'
import type { Widgets } from 'blessed'
import type { Size } from '../../view/panel.ts'
import type { Picture } from '../../view/picture.ts'
import { timeChart } from './chart.ts'
import type { TimeChart } from './chart.ts'
import { paint } from './draw.ts'
import type { Style } from './draw.ts'
import { takeKeys } from './key-input.ts'
import type { KeyInput } from './key-input.ts'

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
  /** Leaves the alternate screen and gives the terminal back as it was. A second call does nothing. */
  close(): void
}

export interface TerminalOptions {
  readonly input: KeyInput
  readonly output: ScreenOutput
  readonly style: Style
  /** Called for each render, resizes included. */
  readonly picture: (size: Size) => Picture
  /** A key by its name in the key table. */
  readonly onKey: (name: string) => void
}

/** Loads blessed and opens the terminal. */
export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { default: blessed } = await import('blessed')
  const { default: ContribLine } = await import('blessed-contrib/lib/widget/charts/line.js')
  // blessed cannot read entries of ncurses 6 and falls to 8 colours; its own entry fits every terminal of today
  blessed.tput.ipaths = []
  const keys = takeKeys(options.input)
  const screen = withoutProcessHandlers(() => newScreen(blessed, keys.stream, options.output))
  const charts: TimeChart[] = []

  screen.on('prerender', () => {
    const current = options.picture(sizeOf(screen))
    current.plots.forEach(({ chart, rect }, i) => {
      const plot = (charts[i] ??= timeChart(ContribLine, screen, options.style))
      plot.show(chart, rect)
    })
    for (const unused of charts.slice(current.plots.length)) unused.hide()
    // last, because a box that moves or hides leaves blanks where it stood
    paint(current, screen, options.style)
  })
  screen.program.on('keypress', (_character: unknown, key: { readonly full: string }) => {
    options.onKey(key.full)
  })

  const close = once(() => {
    process.removeListener('exit', close)
    screen.destroy()
    keys.release()
  })
  // whoever ends the process, the terminal is given back
  process.on('exit', close)
  return {
    size: () => sizeOf(screen),
    show: () => {
      screen.render()
    },
    repaint: () => {
      screen.alloc()
      screen.render()
    },
    close,
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
