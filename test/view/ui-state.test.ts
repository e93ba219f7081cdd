import { expect, test } from 'vitest'
import { CHART_MINUTES } from '../../src/view/preferences.ts'
import { SORT_COLUMNS } from '../../src/view/process-order.ts'
import type { InSight } from '../../src/view/sight.ts'
import { cursorOf, INITIAL_UI, inFleet, update } from '../../src/view/ui-state.ts'
import type { UiEvent, UiState } from '../../src/view/ui-state.ts'
import { topView } from '../../src/view/views.ts'

const TARGET = { pid: 7, startTicks: 70, name: 'python3', user: 'alice', command: ['python3', 'train.py'] }
const SIGHT: InSight = {
  choices: Array.from({ length: 20 }, (_, i) => ({
    id: `p${i}`,
    opens: i === 19 ? [] : [{ kind: 'workload', id: `w${i}` }],
    process: i === 0 ? TARGET : undefined,
  })),
  lines: 0,
  rows: 5,
  listTop: undefined,
  process: undefined,
  noSignal: undefined,
}
const TEXT: InSight = { ...SIGHT, choices: undefined, lines: 30, rows: 10 }

function after(events: readonly UiEvent[], from: UiState = INITIAL_UI, sight = SIGHT): UiState {
  return events.reduce((ui, event) => update(ui, event, sight), from)
}

const DOWN: UiEvent = { kind: 'move', step: 'down' }

test('Enter opens what is under the cursor, Esc closes it again, and the cursor is where it was', () => {
  const opened = after([DOWN, DOWN, { kind: 'open' }])
  expect(topView(opened.views)).toEqual({ kind: 'workload', id: 'w2' })
  const back = after([{ kind: 'close' }], opened, TEXT)
  expect(back.views).toEqual([{ kind: 'overview' }])
  expect(cursorOf(back).selectedId).toBe('p2')
})

test('Esc on the first view drops the filter, then says what quits, and never quits', () => {
  const filtered = { ...INITIAL_UI, filters: { overview: 'vllm', fleet: 'x' } }
  const dropped = after([{ kind: 'close' }], filtered)
  expect(dropped.filters).toEqual({ overview: '', fleet: 'x' })
  expect(after([{ kind: 'close' }], dropped).notice).toBe('q quits')
})

test('Esc on another tab goes back to the first one', () => {
  const gpus = after([{ kind: 'tab-to', index: 1 }])
  expect(after([{ kind: 'close' }], gpus).views).toEqual([{ kind: 'overview' }])
})

test('Tab goes through all views and around; a digit goes straight to one; both close what is open', () => {
  const kinds = [1, 2, 3, 4].map((count) =>
    topView(after(new Array<UiEvent>(count).fill({ kind: 'tab', step: 1 })).views),
  )
  expect(kinds.map(({ kind }) => kind)).toEqual(['gpus', 'warnings', 'host', 'overview'])
  expect(topView(after([{ kind: 'tab', step: -1 }]).views).kind).toBe('host')
  expect(after([{ kind: 'open' }, { kind: 'tab-to', index: 2 }]).views).toEqual([{ kind: 'warnings' }])
  expect(after([{ kind: 'tab-to', index: 7 }]).views).toEqual(INITIAL_UI.views)
})

test('the help lies on top of whatever is open, begins at its top, and closes with the same key', () => {
  const scrolled = after([{ kind: 'help' }, { kind: 'move', step: 'last' }], INITIAL_UI, TEXT)
  expect(cursorOf(scrolled).scroll).toBe(20)
  const closed = after([{ kind: 'help' }], scrolled, TEXT)
  expect(closed.views).toEqual(INITIAL_UI.views)
  expect(cursorOf(after([{ kind: 'help' }], closed, TEXT)).scroll).toBe(0)
})

test('what has nothing more to tell says so', () => {
  const ui = after([{ kind: 'move', step: 'last' }, { kind: 'open' }])
  expect([ui.views, ui.notice]).toEqual([INITIAL_UI.views, 'there is nothing more to see here'])
})

test('a notice stands until the next key', () => {
  expect(after([{ kind: 'notice', text: 'copied' }]).notice).toBe('copied')
  expect(after([{ kind: 'notice', text: 'copied' }, DOWN]).notice).toBeUndefined()
})

test('a click selects, and a second one on the same row opens', () => {
  const once = after([{ kind: 'click', index: 3 }])
  expect([cursorOf(once).selectedId, once.views]).toEqual(['p3', INITIAL_UI.views])
  expect(topView(after([{ kind: 'click', index: 3 }], once).views)).toEqual({ kind: 'workload', id: 'w3' })
  expect(after([{ kind: 'click', index: 99 }])).toEqual(INITIAL_UI)
})

test('sorting goes through all columns and comes back to the first', () => {
  let ui: UiState = after([{ kind: 'sort-reverse' }])
  const seen = SORT_COLUMNS.map(() => {
    ui = after([{ kind: 'sort', step: 1 }], ui)
    return ui.preferences.sort
  })
  expect(seen).toEqual([...SORT_COLUMNS.slice(1), SORT_COLUMNS[0]])
  expect(ui.preferences.reversed).toBe(false)
})

test('another order is read from its top, and undoing brings the old one back', () => {
  const deep = after([{ kind: 'move', step: 'last' }])
  expect(cursorOf(deep).scroll).toBe(15)
  const sorted = after(
    [
      { kind: 'sheet', sheet: { kind: 'sort', before: deep.preferences } },
      { kind: 'sort', step: -1 },
    ],
    deep,
  )
  expect([cursorOf(sorted).scroll, sorted.preferences.sort]).toEqual([0, SORT_COLUMNS.at(-1)])
  const undone = after([{ kind: 'sort-undo', before: deep.preferences }], sorted)
  expect([undone.preferences.sort, undone.sheet]).toEqual(['risk', undefined])
})

test('F fixes the cursor on the row under it, and again at its place', () => {
  const fixed = after([{ kind: 'follow' }])
  expect(cursorOf(fixed).selectedId).toBe('p0')
  const placed = after([DOWN, { kind: 'follow' }])
  expect(cursorOf(placed)).toMatchObject({ selectedId: undefined, selectedIndex: 1 })
})

test('zooming goes from a minute to a day and back to what fits', () => {
  let ui: UiState = INITIAL_UI
  const seen = CHART_MINUTES.map(() => {
    ui = after([{ kind: 'zoom' }], ui)
    return ui.preferences.chartMinutes
  })
  expect(seen).toEqual([1, 5, 10, 30, 60, 360, 1440, 'auto'])
})

test('what is typed filters at once; Enter keeps it and Esc brings the old filter back', () => {
  const prompt = { kind: 'filter', view: 'overview', text: 'vl', before: 'old' } as const
  const typing = after([{ kind: 'prompt', prompt }])
  expect(typing.filters.overview).toBe('vl')
  const kept = after([{ kind: 'prompt', prompt: undefined }], typing)
  expect([kept.filters.overview, kept.prompt]).toEqual(['vl', undefined])
  const begun = after([{ kind: 'prompt', prompt: { ...prompt, text: 'gpu:0 !user: ' } }])
  expect(after([{ kind: 'prompt', prompt: undefined }], begun).filters.overview).toBe('gpu:0')
  const undone = after([{ kind: 'prompt-undo' }], typing)
  expect([undone.filters.overview, undone.prompt]).toEqual(['old', undefined])
})

test('a signal is asked for the process under the cursor, or of the view; where it cannot be sent, the reason is told', () => {
  expect(after([{ kind: 'signal' }]).sheet).toEqual({
    kind: 'signal',
    target: TARGET,
    index: 0,
    asked: false,
  })
  expect(after([DOWN, { kind: 'signal' }]).notice).toContain('no process')
  const text = update(INITIAL_UI, { kind: 'signal' }, { ...TEXT, process: TARGET })
  expect(text.sheet).toMatchObject({ target: TARGET })
  const refused = update(INITIAL_UI, { kind: 'signal' }, { ...SIGHT, noSignal: 'a replay' })
  expect([refused.sheet, refused.notice]).toEqual([undefined, 'a replay'])
})

test('commands scroll back no further than to their beginning', () => {
  const right = after([{ kind: 'scroll-command', columns: 8 }])
  const left: UiEvent = { kind: 'scroll-command', columns: -8 }
  expect([right.commandOffset, after([left, left], right).commandOffset]).toEqual([8, 0])
})

test('when a second host answers, the fleet lies under what is open; whoever has touched nothing sees the fleet', () => {
  expect(inFleet(INITIAL_UI, 'a').views).toEqual([{ kind: 'fleet' }])
  const reading = inFleet(after([DOWN, { kind: 'open' }]), 'a')
  expect([reading.host, reading.views.map(({ kind }) => kind)]).toEqual([
    'a',
    ['fleet', 'overview', 'workload'],
  ])
  expect(inFleet(reading, 'b')).toBe(reading)
})

test('a host opened out of the fleet is the one that is shown, with the tabs of a host', () => {
  const fleet: UiState = { ...INITIAL_UI, views: [{ kind: 'fleet' }] }
  const sight: InSight = { ...SIGHT, choices: [{ id: 'b', host: 'b', opens: [{ kind: 'overview' }] }] }
  const opened = update(fleet, { kind: 'open' }, sight)
  expect([opened.host, opened.views]).toEqual(['b', [{ kind: 'fleet' }, { kind: 'overview' }]])
  const tabbed = after([{ kind: 'tab', step: 1 }], opened)
  expect(tabbed.views).toEqual([{ kind: 'fleet' }, { kind: 'gpus' }])
  expect(after([{ kind: 'close' }], tabbed).views).toEqual([{ kind: 'fleet' }])
  expect(topView(after([{ kind: 'tab', step: 1 }], fleet).views).kind).toBe('fleet-warnings')
})
