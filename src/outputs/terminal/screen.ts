import type { SourceCommand } from '../../model/session.ts'
import type { SignalName, SignalTarget } from '../../model/signal.ts'
import { commandNotice } from '../../view/command-notice.ts'
import { commandsInView } from '../../view/in-view.ts'
import { inSight } from '../../view/in-sight.ts'
import type { KeyAction } from '../../view/key-action.ts'
import { actionOf } from '../../view/keymap.ts'
import { mouseAction } from '../../view/mouse.ts'
import type { MouseEvent } from '../../view/mouse.ts'
import type { Scene } from '../../view/panel.ts'
import { picture, waitingPicture } from '../../view/picture.ts'
import { signalNotice } from '../../view/signal-notice.ts'
import { MONO_THEME } from '../../view/theme.ts'
import { themeOf } from '../../view/themes.ts'
import { INITIAL_UI, inFleet, update } from '../../view/ui-state.ts'
import type { UiEvent, UiState } from '../../view/ui-state.ts'
import { hostsSeen } from './hosts.ts'
import type { Hosts } from './hosts.ts'
import type { TerminalOutput, TerminalOutputOptions } from './options.ts'
import { openTerminal } from './toolkit.ts'
import type { Terminal } from './toolkit.ts'

// Faster than anyone sees; a replay at full speed must not wait for its pictures.
const LEAST_MS_BETWEEN_FRAMES = 33

/** The dashboard. The terminal is taken at once, so that keys work while the first answer is awaited. */
export function terminalOutput(options: TerminalOutputOptions): TerminalOutput {
  const hosts = hostsSeen()
  let ui: UiState = {
    ...INITIAL_UI,
    preferences: options.preferences ?? INITIAL_UI.preferences,
    timeZoneOffsetMinutes: options.timeZoneOffsetMinutes,
    ascii: options.ascii,
  }
  let held: Hosts | undefined
  /** What the viewer looks at in place of what is accepted. */
  let past: Hosts | undefined
  let terminal: Terminal | undefined
  let closed = false
  let drawnAtMs = -Infinity
  let timer: NodeJS.Timeout | undefined

  const scene = (): Scene | undefined => {
    const seen = (past ?? held ?? hosts).scene(ui.host)
    return seen === undefined ? undefined : { ...seen, ui, session: options.session() }
  }
  const opening = openTerminal({
    input: options.input,
    output: options.output,
    style: () => ({
      theme: options.color ? themeOf(ui.preferences.theme) : MONO_THEME,
      ascii: options.ascii,
    }),
    picture: (size) => {
      const now = scene()
      return now === undefined ? waitingPicture('the machine', size) : picture(now, size)
    },
    onKey,
    onMouse,
  }).then((opened) => {
    terminal = opened
    opened.setMouse(ui.preferences.mouse)
    if (closed) opened.close()
    else draw()
  })
  // whoever asks for a frame hears of it
  opening.catch(() => undefined)
  const forgetContinued = options.onContinued?.(retake)

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

  function onKey(name: string, character: string | undefined): void {
    const action = actionOf(name, options.session(), ui, character)
    if (action === undefined || closed) return
    act(action)
  }

  function onMouse(event: MouseEvent): void {
    const now = scene()
    if (now === undefined || terminal === undefined || closed) return
    const action = mouseAction(now, terminal.size(), event)
    if (action !== undefined) act(action)
  }

  function act(action: KeyAction): void {
    switch (action.kind) {
      case 'quit':
        options.onQuit()
        return
      case 'repaint':
        terminal?.repaint()
        return
      case 'suspend':
        suspend()
        return
      case 'save':
        save()
        return
      case 'copy':
        copy()
        break
      case 'signal':
        signal(action.target, action.signal)
        break
      case 'source':
        command(action.command)
        break
      case 'ui':
        change(action.event)
        break
    }
    draw()
  }

  function command(wanted: SourceCommand): void {
    const unmoved = options.onCommand(wanted)
    // what was typed to get there is done with, and what the key before had to say
    change({ kind: 'prompt', prompt: undefined })
    const text = commandNotice(wanted, unmoved, options.session(), ui.paused)
    if (text !== undefined) change({ kind: 'notice', text })
  }

  function change(event: UiEvent): void {
    const now = scene()
    if (now === undefined || terminal === undefined) return
    ui = update(ui, event, inSight(now, terminal.size()))
    held = ui.paused ? (held ?? hosts.snapshot()) : undefined
    terminal.setMouse(ui.preferences.mouse)
  }

  function signal(target: SignalTarget, name: SignalName): void {
    change({ kind: 'sheet', sheet: undefined })
    const outcome = options.onSignal?.(target, name) ?? 'refused'
    change({ kind: 'notice', text: signalNotice(target, name, outcome) })
  }

  function save(): void {
    const saving = options.onSave?.(ui.preferences) ?? Promise.resolve('nothing is saved from here')
    void saving.then(say)
  }

  function say(text: string): void {
    if (closed) return
    change({ kind: 'notice', text })
    draw()
  }

  function copy(): void {
    const now = scene()
    const commands = now === undefined ? [] : commandsInView(now)
    const index = ui.copies % Math.max(1, commands.length)
    const command = commands[index]
    if (command === undefined || terminal === undefined) {
      change({ kind: 'notice', text: 'there is no command to copy here' })
      return
    }
    terminal.copy(command)
    change({ kind: 'copied' })
    const which = commands.length > 1 ? ` ${index + 1} of ${commands.length}` : ''
    change({ kind: 'notice', text: `copied${which}, where your terminal allows it: ${command}` })
  }

  function suspend(): void {
    const { onSuspend } = options
    if (onSuspend === undefined || terminal === undefined) return
    terminal.suspend()
    void onSuspend().then(() => {
      if (!closed) terminal?.resume()
      draw()
    })
  }

  // The shell that had the terminal meanwhile has written on it, and has left it without raw keys.
  function retake(): void {
    if (closed) return
    terminal?.suspend()
    terminal?.resume()
    draw()
  }

  return {
    label: 'terminal',
    async accept(frame) {
      hosts.add(frame)
      if (hosts.count > 1) ui = inFleet(ui, hosts.scene(undefined)?.frame.host)
      if (terminal === undefined) await opening
      else if (!ui.paused && past === undefined) drawSoon()
    },
    async look(moment) {
      if (moment === undefined) past = undefined
      else {
        past ??= hostsSeen()
        past.put(moment)
        if (past.count > 1) ui = inFleet(ui, past.scene(undefined)?.frame.host)
      }
      if (terminal === undefined) await opening
      else drawSoon()
    },
    refresh: drawSoon,
    say,
    close() {
      closed = true
      clearTimeout(timer)
      forgetContinued?.()
      terminal?.close()
    },
  }
}
