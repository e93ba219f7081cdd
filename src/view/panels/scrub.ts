import { formatDuration } from '../../core/format.ts'
import type { SessionState, Timeline, TimelineNotice, TimelineTick } from '../../model/session.ts'
import { glyph, levelGlyph } from '../glyphs.ts'
import { clipLine, lineWidth, span } from '../line.ts'
import type { Line, Panel, PanelView, Rect, Scene, Span } from '../panel.ts'
import type { Tone } from '../theme.ts'
import { noWarning } from '../wording.ts'

/** Where a replay stands in its log: what lies where, how much of it is known. */
export const scrubPanel: Panel = {
  id: 'scrub',
  title: () => ({ left: [], right: [] }),
  view: ({ session }, { columns }): PanelView => ({
    kind: 'lines',
    lines: hasScrubBar(session) ? [clipLine(scrubLine(session, columns), columns)] : [],
  }),
}

/** Whether there is a time line to show. */
export function hasScrubBar(
  session: SessionState,
): session is Extract<SessionState, { readonly kind: 'replay' }> {
  return session.kind === 'replay' && session.timeline.durationMs > 0
}

/** The share of the log at a column of the bar, for a click; undefined beside the bar. */
export function shareAt({ session }: Scene, rect: Rect, x: number): number | undefined {
  if (!hasScrubBar(session)) return undefined
  const { left, cells } = partsOf(session, rect.columns)
  const cell = x - rect.left - lineWidth(left)
  return cell >= 0 && cell < cells ? (cell + 0.5) / cells : undefined
}

type Replay = Extract<SessionState, { readonly kind: 'replay' }>

function scrubLine(session: Replay, columns: number): Line {
  const { left, right, cells } = partsOf(session, columns)
  return [...left, ...bar(session.timeline, cells), ...right]
}

interface Parts {
  readonly left: Line
  readonly right: Line
  readonly cells: number
}

const LEAST_CELLS = 10

function partsOf({ timeline, loop }: Replay, columns: number): Parts {
  const { positionMs, durationMs } = timeline
  const left = [span(` ${clock(positionMs).padStart(clock(durationMs).length)} `, 'strong')]
  const whole = [span(` ${clock(durationMs)}${loop ? ` ${glyph('loop')}` : ''} `, 'dim')]
  const told = [...whole, ...remark(timeline)]
  const right = columns - lineWidth(left) - lineWidth(told) >= LEAST_CELLS ? told : whole
  return { left, right, cells: Math.max(0, columns - lineWidth(left) - lineWidth(right)) }
}

/** What there is to say of moving, or of how much has been looked through. */
function remark({ notice, readRatio }: Timeline): Line {
  if (notice !== undefined) return [span(`${wordsOf(notice, readRatio)} `, 'replay')]
  return readRatio < 1 ? [span(`${reading(readRatio)} `, 'dim')] : []
}

/** `reading 43 %`: how much of a log has been looked through. */
export function reading(readRatio: number): string {
  return `reading ${Math.floor(100 * readRatio)} %`
}

function wordsOf(notice: TimelineNotice, readRatio: number): string {
  switch (notice.kind) {
    case 'gap-skipped':
      return `${formatDuration(notice.ms)} without samples skipped`
    case 'searching':
      return `looking for the next warning, ${reading(readRatio)}`
    case 'no-warning':
      return noWarning(notice.direction)
    case 'no-such-time':
      return 'the log has no such time'
  }
}

function bar(timeline: Timeline, cells: number): Line {
  const { positionMs, durationMs, readRatio, ticks } = timeline
  const cellOf = (ms: number): number =>
    Math.max(0, Math.min(cells - 1, Math.floor((ms / durationMs) * cells)))
  const present = cellOf(positionMs)
  const known = readRatio * cells
  const line = Array.from({ length: cells }, (_, at): Span =>
    span(glyph(at < known ? 'horizontal' : 'dashed'), at < present ? 'replay' : 'dim'),
  )
  for (const tick of ticks.toSorted((a, b) => RANK[a.kind] - RANK[b.kind])) {
    const last = cellOf(tick.atMs)
    const first = tick.lengthMs === undefined ? last : Math.min(last, cellOf(tick.atMs - tick.lengthMs) + 1)
    line.fill(span(signOf(tick.kind), toneOf(tick.kind)), first, last + 1)
  }
  if (cells > 0) line[present] = span(glyph('ceiling'), 'strong')
  return line
}

// the higher stands over the lower where both fall on one cell
const RANK: Readonly<Record<TimelineTick['kind'], number>> = {
  gap: 0,
  watch: 1,
  warn: 2,
  critical: 3,
  outcome: 4,
}

function signOf(kind: TimelineTick['kind']): string {
  switch (kind) {
    case 'gap':
      return ' '
    case 'outcome':
      return glyph('died')
    case 'watch':
    case 'warn':
    case 'critical':
      return levelGlyph(kind)
  }
}

function toneOf(kind: TimelineTick['kind']): Tone {
  switch (kind) {
    case 'gap':
      return 'dim'
    case 'outcome':
      return 'critical'
    case 'watch':
    case 'warn':
    case 'critical':
      return kind
  }
}

/** `2:31:07`, `31:07`. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000)
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const two = (n: number): string => `${n}`.padStart(2, '0')
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`
}
