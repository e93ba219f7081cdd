import type { Frame } from '../../model/frame.ts'
import type { SessionState, SourceCommand } from '../../model/session.ts'
import { NO_HISTORY, remember } from '../../view/history.ts'
import type { History } from '../../view/history.ts'
import { inSight } from '../../view/in-sight.ts'
import { actionOf } from '../../view/keymap.ts'
import type { Scene } from '../../view/panel.ts'
import { picture, waitingPicture } from '../../view/picture.ts'
import { DARK_THEME, MONO_THEME } from '../../view/theme.ts'
import { INITIAL_UI, update } from '../../view/ui-state.ts'
import type { Output } from '../output.ts'
import type { KeyInput } from './key-input.ts'
import { openTerminal } from './toolkit.ts'
import type { ScreenOutput, Terminal } from './toolkit.ts'

export interface TerminalOutputOptions {
  readonly input: KeyInput
  readonly output: ScreenOutput
  readonly color: boolean
  readonly ascii: boolean
  /** Minutes to add to UTC for the clock. */
  readonly timeZoneOffsetMinutes: number
  /** Read anew for each picture. */
  readonly session: () => SessionState
  readonly onCommand: (command: SourceCommand) => void
  readonly onQuit: () => void
}

export interface TerminalOutput extends Output {
  /** Draws the last frame anew, when something beside frames has changed: a replay has ended. */
  refresh(): void
}

// Faster than anyone sees; a replay at full speed must not wait for its pictures.
const LEAST_MS_BETWEEN_FRAMES = 33

/** The dashboard. The terminal is taken at once, so that keys work while the first answer is awaited. */
export function terminalOutput(options: TerminalOutputOptions): TerminalOutput {
  const histories = new Map<string, History>()
  let ui = { ...INITIAL_UI, timeZoneOffsetMinutes: options.timeZoneOffsetMinutes }
  let newest: Seen | undefined
  let held: Seen | undefined
  let terminal: Terminal | undefined
  let closed = false
  let drawnAtMs = -Infinity
  let timer: NodeJS.Timeout | undefined

  const scene = (): Scene | undefined => {
    const seen = ui.paused ? (held ?? newest) : newest
    return seen === undefined ? undefined : { ...seen, ui, session: options.session() }
  }
  const opening = openTerminal({
    input: options.input,
    output: options.output,
    style: { theme: options.color ? DARK_THEME : MONO_THEME, ascii: options.ascii },
    picture: (size) => {
      const now = scene()
      return now === undefined ? waitingPicture('the machine', size) : picture(now, size)
    },
    onKey,
  }).then((opened) => {
    terminal = opened
    if (closed) opened.close()
    else draw()
  })
  // whoever asks for a frame hears of it
  opening.catch(() => undefined)

  function draw(): void {
    clearTimeout(timer)
    timer = undefined
    drawnAtMs = performance.now()
    if (!closed) terminal?.show()
  }

  function drawSoon(): void {
    const waitMs = drawnAtMs + LEAST_MS_BETWEEN_FRAMES - performance.now()
    if (waitMs <= 0) draw()
    else timer ??= setTimeout(draw, waitMs)
  }

  function onKey(name: string): void {
    const action = actionOf(name, options.session(), ui.paused)
    if (action === undefined || closed) return
    switch (action.kind) {
      case 'quit':
        options.onQuit()
        return
      case 'repaint':
        terminal?.repaint()
        return
      case 'source':
        options.onCommand(action.command)
        break
      case 'ui': {
        const now = scene()
        if (now === undefined || terminal === undefined) return
        ui = update(ui, action.event, inSight(now, terminal.size()))
        held = ui.paused ? (held ?? newest) : undefined
      }
    }
    draw()
  }

  return {
    label: 'terminal',
    async accept(frame) {
      const history = remember(histories.get(frame.host) ?? NO_HISTORY, frame)
      histories.set(frame.host, history)
      // one host at a time: the first that answered
      if (newest !== undefined && newest.frame.host !== frame.host) return
      newest = { frame, history }
      if (terminal === undefined) await opening
      else if (!ui.paused) drawSoon()
    },
    refresh: drawSoon,
    close() {
      closed = true
      clearTimeout(timer)
      terminal?.close()
    },
  }
}

interface Seen {
  readonly frame: Frame
  readonly history: History
}
