import { glyph } from '../glyphs.ts'
import type { BarEntry } from '../binding.ts'
import { keyNames } from '../key-names.ts'
import { BINDINGS } from '../keymap.ts'
import { fitting, lineWidth, span, spread } from '../line.ts'
import type { Ranked } from '../line.ts'
import { filteredView } from '../ui-state.ts'
import { truncate } from '../width.ts'
import type { Click, Line, Panel, PanelView, Scene } from '../panel.ts'
import { readFilter } from '../row-filter.ts'
import type { FilterPrompt, GoToPrompt, Prompt, Sheet } from '../sheet.ts'
import { topView } from '../views.ts'

/** The last line: what is being typed, what the last key did, or the keys that do something here. */
export const keysPanel: Panel = {
  id: 'keys',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: [line(scene, size.columns)] }),
}

function line(scene: Scene, columns: number): Line {
  const { prompt, notice, sheet } = scene.ui
  if (prompt !== undefined) return promptLine(prompt, columns)
  if (notice !== undefined) return [span(` ${notice}`, 'strong')]
  return sheet === undefined ? bar(scene, columns) : sheetBar(sheet, scene.ui.ascii, columns)
}

// A filter that is at work is seen wherever its table stands, and stays on narrow screens.
function keyEntry({ key, rank }: BarEntry, does: Click, label: string, { filter, ascii }: BarState): Ranked {
  const keys = pairOf(key, ascii) ?? [{ ...span(key, 'key'), does }]
  const text =
    filter === '' ? span(` ${label}`, 'dim') : span(` ${truncate(filter, LONGEST_FILTER)}`, 'strong')
  return { rank: filter === '' ? rank : 0, line: [...keys, { ...text, does }] }
}

interface BarState {
  readonly filter: string
  readonly ascii: boolean
}

function pairOf(key: string, ascii: boolean): Line | undefined {
  return PAIRS.get(key)?.flatMap(({ sign, does }, i): Line => {
    const name = keyNames(sign, ascii)
    return [...(i > 0 && name !== sign ? [span('/', 'key')] : []), { ...span(name, 'key'), does }]
  })
}

// Entries that are two signs, each of them a key of its own.
const PAIRS = new Map(
  BINDINGS.flatMap(({ bar: entry }) => {
    const signs = Array.from(entry?.key ?? '').filter((sign) => !/\w/.test(sign))
    const pair = signs.flatMap((sign) => {
      const key = BINDINGS.find(({ labels }) => labels.includes(sign))?.keys[0]
      return key === undefined ? [] : [{ sign, does: { kind: 'press', key } as const }]
    })
    return entry === undefined || pair.length !== 2 ? [] : [[entry.key, pair] as const]
  }),
)

const LONGEST_FILTER = 24

// Of an open choice the keys that are its own.
function sheetBar(sheet: Sheet, ascii: boolean, columns: number): Line {
  const parts = sheetKeys(sheet).map(([key, label, name], rank) => {
    const line = [span(keyNames(key, ascii), 'key'), span(` ${label}`, 'dim')]
    if (name === undefined) return { rank, line }
    return { rank, line: line.map((part) => ({ ...part, does: { kind: 'press', key: name } as const })) }
  })
  return [span(' '), ...fitting(parts, columns - 1, '  ')]
}

// By its name a key can be clicked; no signal is sent by a click.
function sheetKeys(sheet: Sheet): readonly (readonly [key: string, label: string, name?: string])[] {
  const [up, down, left, right] = ARROWS.map(glyph)
  const [upDown, leftRight] = [`${up}${down}`, `${left}${right}`]
  switch (sheet.kind) {
    case 'sort':
      return [
        [`s ${upDown}`, 'Choose'],
        ['r', 'Reverse', 'r'],
        ['Enter', 'Keep', 'enter'],
        ['Esc', 'Undo', 'escape'],
      ]
    case 'setup':
      return [
        [upDown, 'Choose'],
        [leftRight, 'Change'],
        ['F12', 'Save', 'f12'],
        ['Esc', 'Close', 'escape'],
      ]
    case 'signal':
      return sheet.asked
        ? [
            ['y', 'Send it'],
            ['any other key', 'Do not'],
          ]
        : [
            [leftRight, 'Choose'],
            ['Enter', 'Ask'],
            ['Esc', 'Close', 'escape'],
          ]
  }
}

const ARROWS = ['arrowUp', 'arrowDown', 'arrowLeft', 'arrowRight'] as const

// The end of a long text is what is being typed.
function promptLine(prompt: Prompt, columns: number): Line {
  return prompt.kind === 'filter' ? filterLine(prompt, columns) : goToLine(prompt, columns)
}

function goToLine({ text, unclear }: GoToPrompt, columns: number): Line {
  const right = unclear
    ? span(' this is no time and no share ', 'warn')
    : span(' 12:31  45%  10m  +5m   Enter goes, Esc closes ', 'dim')
  return spread([span(' Go to: ', 'key'), span(text, 'strong'), span('_', 'key')], [right], columns)
}

function filterLine({ view, text }: FilterPrompt, columns: number): Line {
  const read = view === 'fleet' ? undefined : readFilter(text)
  const examples = view === 'fleet' ? 'host names, states, GPUs' : 'engine:vllm gpu:0 vram>10G !user:root'
  const shown = text.slice(-Math.max(10, Math.floor(columns / 2)))
  const typed: Line = [span(' Filter: ', 'key'), span(shown, 'strong'), span('_', 'key')]
  // what is typed is never hidden by what is wrong with it, nor by what could be typed
  const room = Math.max(0, columns - lineWidth(typed) - 2)
  if (read?.kind === 'error')
    return spread(typed, [span(` ${truncate(read.message, room)} `, 'warn')], columns)
  const hints = [` ${examples}   ${ENDINGS}`, ENDINGS, ''].map((hint) => [span(hint, 'dim')])
  const right = hints.find((hint) => lineWidth(typed) + lineWidth(hint) < columns) ?? []
  return spread(typed, right, columns)
}

const ENDINGS = ' Enter keeps, Esc undoes '

function bar(scene: Scene, columns: number): Line {
  const { session, ui } = scene
  const view = topView(ui.views).kind
  const filtered = filteredView(ui)
  const filter = filtered === undefined ? '' : ui.filters[filtered]
  const parts = BINDINGS.flatMap(({ bar: entry, action, keys: [key = ''] }) =>
    entry === undefined ||
    entry.views?.includes(view) === false ||
    entry.isUseful?.(scene) === false ||
    action(session, ui) === undefined
      ? []
      : [
          keyEntry(entry, { kind: 'press', key }, entry.label(session, ui), {
            filter: entry.key === '/' ? filter : '',
            ascii: ui.ascii,
          }),
        ],
  )
  return [span(' '), ...fitting(parts, columns - 1, '  ')]
}
