import { readDestination } from '../model/seek-place.ts'
import type { SessionState } from '../model/session.ts'
import { SIGNALS } from '../model/signal.ts'
import type { KeyAction } from './key-action.ts'
import { readFilter } from './row-filter.ts'
import { setupItems } from './setup-items.ts'
import type { GoToPrompt, Prompt, Sheet } from './sheet.ts'
import type { UiEvent, UiState } from './ui-state.ts'

/** What a key means while something is typed or chosen; `through` where it means what it always means. */
export function modalAction(
  key: string,
  session: SessionState,
  ui: UiState,
  character: string | undefined,
): KeyAction | undefined | 'through' {
  if (ui.prompt !== undefined) return promptAction(key, ui.prompt, character, ui.timeZoneOffsetMinutes)
  return ui.sheet === undefined ? 'through' : sheetAction(key, ui.sheet, session, ui)
}

function promptAction(
  key: string,
  prompt: Prompt,
  character: string | undefined,
  timeZoneOffsetMinutes: number,
): KeyAction | undefined {
  switch (key) {
    case 'enter':
      return entered(prompt, timeZoneOffsetMinutes)
    case 'escape':
      return act({ kind: 'prompt-undo' })
    case 'backspace':
    case 'C-h':
      return typed(prompt, prompt.text.replace(/.$/su, ''))
    case 'C-u':
      return typed(prompt, '')
    case 'C-w':
      return typed(prompt, prompt.text.replace(/\S*\s*$/, ''))
    default:
      return character !== undefined && isText(character) ? typed(prompt, prompt.text + character) : undefined
  }
}

// What can't be read stays open, beside what is wrong with it.
function entered(prompt: Prompt, timeZoneOffsetMinutes: number): KeyAction | undefined {
  if (prompt.kind === 'go-to' && prompt.text.trim() !== '') return goTo(prompt, timeZoneOffsetMinutes)
  const isWrong =
    prompt.kind === 'filter' && prompt.view !== 'fleet' && readFilter(prompt.text).kind === 'error'
  return isWrong ? undefined : act({ kind: 'prompt', prompt: undefined })
}

function goTo(prompt: GoToPrompt, timeZoneOffsetMinutes: number): KeyAction {
  const destination = readDestination(prompt.text, timeZoneOffsetMinutes)
  switch (destination?.kind) {
    case 'place':
      return { kind: 'source', command: { kind: 'seek-to', place: destination.place } }
    case 'by':
      return { kind: 'source', command: { kind: 'seek-by', ms: destination.ms } }
    case undefined:
      return act({ kind: 'prompt', prompt: { ...prompt, unclear: true } })
  }
}

const LONGEST = 200

function typed(prompt: Prompt, text: string): KeyAction {
  const cut = text.slice(0, LONGEST)
  const next = prompt.kind === 'go-to' ? { ...prompt, text: cut, unclear: false } : { ...prompt, text: cut }
  return act({ kind: 'prompt', prompt: next })
}

function isText(character: string): boolean {
  return /^[^\p{C}]+$/u.test(character)
}

function sheetAction(
  key: string,
  sheet: Sheet,
  session: SessionState,
  ui: UiState,
): KeyAction | undefined | 'through' {
  switch (sheet.kind) {
    case 'sort':
      return sortAction(key, sheet)
    case 'setup':
      return setupAction(key, sheet.index, session, ui)
    case 'signal':
      return signalAction(key, sheet)
  }
}

function sortAction(key: string, { before }: Extract<Sheet, { kind: 'sort' }>): KeyAction | 'through' {
  switch (key) {
    case 's':
    case 'f6':
    case 'down':
    case 'right':
    case 'j':
    case 'tab':
      return act({ kind: 'sort', step: 1 })
    case 'up':
    case 'left':
    case 'k':
    case 'S-tab':
      return act({ kind: 'sort', step: -1 })
    case 'enter':
      return CLOSED
    case 'escape':
      return act({ kind: 'sort-undo', before })
    default:
      return 'through'
  }
}

function setupAction(
  key: string,
  index: number,
  session: SessionState,
  ui: UiState,
): KeyAction | undefined | 'through' {
  const items = setupItems(ui.preferences, session)
  const at = (next: number): KeyAction =>
    act({ kind: 'sheet', sheet: { kind: 'setup', index: (next + items.length) % items.length } })
  switch (key) {
    case 'down':
    case 'j':
    case 'tab':
      return at(index + 1)
    case 'up':
    case 'k':
    case 'S-tab':
      return at(index - 1)
    case 'right':
    case 'l':
    case 'enter':
    case 'space':
      return items[index]?.step(1)
    case 'left':
      return items[index]?.step(-1)
    case 'escape':
    case 'f2':
      return CLOSED
    default:
      return OVER_SETUP.includes(key) ? 'through' : undefined
  }
}

const OVER_SETUP: readonly string[] = ['q', 'f10', 'C-l', 'f12', 'S-w']

// Only y sends: what is pasted or pressed twice by mistake must not.
function signalAction(
  key: string,
  { target, index, asked }: Extract<Sheet, { kind: 'signal' }>,
): KeyAction | undefined {
  const signal = SIGNALS[index] ?? SIGNALS[0]
  if (asked) return key === 'y' ? { kind: 'signal', target, signal } : CLOSED
  const at = (next: number): KeyAction =>
    act({
      kind: 'sheet',
      sheet: { kind: 'signal', target, index: (next + SIGNALS.length) % SIGNALS.length, asked: false },
    })
  switch (key) {
    case 'right':
    case 'down':
    case 'j':
    case 'tab':
      return at(index + 1)
    case 'left':
    case 'up':
    case 'k':
    case 'S-tab':
      return at(index - 1)
    case 'enter':
      return act({ kind: 'sheet', sheet: { kind: 'signal', target, index, asked: true } })
    case 'escape':
      return CLOSED
    default:
      return undefined
  }
}

const CLOSED = act({ kind: 'sheet', sheet: undefined })

function act(event: UiEvent): KeyAction {
  return { kind: 'ui', event }
}
