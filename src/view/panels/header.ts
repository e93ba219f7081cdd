import { faultBadge } from '../../core/fault.ts'
import { formatDuration } from '../../core/format.ts'
import { levelGlyph, glyph } from '../glyphs.ts'
import { fitting, lineWidth, span, spread } from '../line.ts'
import type { Ranked } from '../line.ts'
import type { Line, Panel, PanelView, Scene } from '../panel.ts'
import { truncate } from '../width.ts'
import { clockTime, linkWord, riskCounts, sampleAge } from '../wording.ts'

/** The first line: which host, how it is watched, what is wrong, and when. */
export const headerPanel: Panel = {
  id: 'header',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: [header(scene, size.columns)] }),
}

function header(scene: Scene, columns: number): Line {
  const right = rightPart(scene, columns)
  const room = columns - lineWidth(right) - 2
  return spread([span(' '), ...fitting(leftParts(scene, columns), Math.max(0, room), '  ')], right, columns)
}

function leftParts(scene: Scene, columns: number): readonly Ranked[] {
  const { frame } = scene
  const { version, cuda } = frame.driver
  const late = sampleAge(frame, columns < 100)
  return [
    { rank: 1, line: [span('llmtop', 'title')] },
    { rank: 2, line: [span(truncate(frame.host, Math.floor(columns / 4)), 'strong')] },
    { rank: 7, line: version.kind === 'known' ? [span('driver ', 'dim'), span(version.value)] : [] },
    { rank: 8, line: cuda.kind === 'known' ? [span('CUDA ', 'dim'), span(cuda.value)] : [] },
    { rank: 0, line: sessionBadge(scene) },
    { rank: 3, line: linkBadge(scene) },
    { rank: 6, line: frame.gpus.some((gpu) => gpu.unifiedMemory) ? [span('unified', 'badge')] : [] },
    { rank: 4, line: late === undefined ? [] : [span(late, 'warn')] },
    ...frame.faults.map(({ fault }) => ({ rank: 5, line: [span(faultBadge(fault), 'warn')] })),
  ]
}

function sessionBadge(scene: Scene): Line {
  const { session, ui } = scene
  switch (session.kind) {
    case 'live':
      return ui.paused
        ? [span('PAUSED', 'replay')]
        : [span('LIVE', 'badge'), span(` ${formatDuration(session.intervalMs).replace('.0 ', ' ')}`)]
    case 'replay':
      return [
        span(`${session.demo ? 'DEMO' : 'REPLAY'} ${playing(session)}`, 'replay'),
        span(` ${(100 * session.progressRatio).toFixed(0).padStart(3)} %`, 'dim'),
      ]
  }
}

function playing(session: Extract<Scene['session'], { kind: 'replay' }>): string {
  if (session.ended) return 'ENDED'
  if (session.paused) return 'PAUSED'
  return Number.isFinite(session.speed) ? `${session.speed}${glyph('times')}` : 'max'
}

function linkBadge(scene: Scene): Line {
  const { link, gpuSample, intervalMs } = scene.frame
  if (link.state !== 'live') {
    const retry = link.retryInMs === null ? '' : `, retry in ${formatDuration(link.retryInMs)}`
    return [span(`${linkWord(link.state)} ${formatDuration(link.ageMs)}${retry}`, 'warn')]
  }
  const ageMs = gpuSample.kind === 'known' ? gpuSample.value.ageMs : 0
  return ageMs > 3 * intervalMs ? [span('STALE', 'warn')] : []
}

function rightPart(scene: Scene, columns: number): Line {
  const { frame, ui } = scene
  const counts = riskCounts(frame).map(({ level, count }) =>
    span(`${levelGlyph(level)} ${count}${columns >= 100 ? ` ${level}` : ''}  `, level),
  )
  const calm =
    counts.length === 0 ? [span(`${glyph('fine')} ${columns >= 100 ? 'no warnings' : 'ok'}  `, 'fine')] : []
  return [
    span(' '),
    ...counts,
    ...calm,
    span(clockTime(frame.takenAtEpochMs, ui.timeZoneOffsetMinutes)),
    span(' '),
  ]
}
