import { expect, test } from 'vitest'
import type { Timeline } from '../../src/model/session.ts'
import { scrubPanel, shareAt } from '../../src/view/panels/scrub.ts'
import { REPLAY } from '../support/scene.ts'
import { twoH100 } from '../support/scene-two-h100.ts'

const TEN_MINUTES: Timeline = {
  readRatio: 1,
  exact: true,
  positionMs: 150_000,
  durationMs: 600_000,
  ticks: [],
  notice: undefined,
}

function bar(changes: Partial<Timeline>, columns = 54, loop = false): string {
  const session = { ...REPLAY, loop, timeline: { ...TEN_MINUTES, ...changes } }
  const { lines } = scrubPanel.view({ ...scene(), session }, { columns, rows: 1 })
  return (lines[0] ?? []).map(({ text }) => text).join('')
}

const scene = twoH100

test('the bar shows where the replay stands, and how long the log is', () => {
  expect(bar({})).toBe('  2:30 ──────────┃───────────────────────────── 10:00 ')
  expect(bar({ positionMs: 0 })).toBe('  0:00 ┃─────────────────────────────────────── 10:00 ')
  expect(bar({ positionMs: 600_000 })).toBe(' 10:00 ───────────────────────────────────────┃ 10:00 ')
  expect(bar({ positionMs: 3_600_000, durationMs: 36_000_000 }, 54, true)).toBe(
    '  1:00:00 ───┃──────────────────────────── 10:00:00 ↻ ',
  )
})

test('what has not been looked through is dashed, and counted', () => {
  expect(bar({ readRatio: 0.5 }, 66)).toBe(
    '  2:30 ─────────┃──────────┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄ 10:00 reading 50 % ',
  )
})

test('ticks stand at their time, the worst of a cell on top; a hole is blank as long as it was', () => {
  const ticks: Timeline['ticks'] = [
    { atMs: 300_000, kind: 'watch' },
    { atMs: 301_000, kind: 'critical' },
    { atMs: 302_000, kind: 'warn' },
    { atMs: 450_000, kind: 'gap', lengthMs: 60_000 },
    { atMs: 580_000, kind: 'outcome' },
  ]
  expect(bar({ ticks })).toBe('  2:30 ──────────┃─────────▲──────    ───────✝─ 10:00 ')
})

test('a notice stands beside the bar, where there is room', () => {
  expect(bar({ notice: { kind: 'gap-skipped', ms: 7_202_000 } }, 80)).toContain(
    ' 10:00 2 h without samples skipped ',
  )
  expect(bar({ notice: { kind: 'searching' }, readRatio: 0.3 }, 90)).toContain(
    'looking for the next warning, reading 30 %',
  )
  expect(bar({ notice: { kind: 'no-warning', direction: -1 } }, 80)).toContain('no warning before this')
  expect(bar({ notice: { kind: 'searching' } }, 40)).not.toContain('looking')
})

test('a click on the bar names the share of the log there', () => {
  const session = { ...REPLAY, timeline: TEN_MINUTES }
  const rect = { left: 0, top: 22, columns: 54, rows: 1 }
  expect([6, 7, 27, 46, 47].map((x) => shareAt({ ...scene(), session }, rect, x))).toEqual([
    undefined,
    0.0125,
    0.5125,
    0.9875,
    undefined,
  ])
})

test('a live session has no bar', () => {
  expect(scrubPanel.view(scene(), { columns: 80, rows: 1 }).lines).toEqual([])
})
