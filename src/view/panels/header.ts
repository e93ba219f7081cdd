import { uiAction } from '../binding.ts'
import { faultBadge } from '../../core/fault.ts'
import { formatBytes, formatDuration } from '../../core/format.ts'
import { lastPart } from '../../core/text.ts'
import type { Frame } from '../../model/frame.ts'
import type { LinkState } from '../../model/sample.ts'
import { fleetRiskList } from '../fleet-risk-list.ts'
import { levelGlyph, glyph } from '../glyphs.ts'
import { fitting, lineWidth, span, spread } from '../line.ts'
import type { Ranked } from '../line.ts'
import { areGpusUnseen } from '../no-gpu.ts'
import { numberList } from '../number-list.ts'
import type { Line, Panel, PanelView, Scene } from '../panel.ts'
import { gpuInView } from '../gpu-in-view.ts'
import { gpusOf, workloadInView } from '../in-view.ts'
import { workloadName } from '../workload-name.ts'
import { reading } from './scrub.ts'
import { isFleet, TAB_NAMES, topTab, topView } from '../views.ts'
import type { Tab } from '../views.ts'
import { displayWidth, truncate } from '../width.ts'
import { clockTime, isGone, isStale, linkWord, riskCounts, sampleAge, shown } from '../wording.ts'

/** The first line: which host, how it is watched, what is wrong, and when. */
export const headerPanel: Panel = {
  id: 'header',
  title: () => ({ left: [], right: [] }),
  view: (scene, size): PanelView => ({ kind: 'lines', lines: [header(scene, size.columns)] }),
}

function header(scene: Scene, columns: number): Line {
  const right = rightPart(scene, columns)
  const room = Math.max(0, columns - lineWidth(right) - 2)
  return spread([span(' '), ...fitting(leftParts(scene, columns, room), room, GAP)], right, columns)
}

const GAP = '  '
// `transformers 9120` is as long as names of workloads get.
const LEAST_HERE = 17

function leftParts(scene: Scene, columns: number, room: number): readonly Ranked[] {
  const tab = topTab(scene.ui.views)
  return isFleet(tab) ? fleetParts(scene, tab) : hostParts(scene, columns, room)
}

function hostParts(scene: Scene, columns: number, room: number): readonly Ranked[] {
  const { frame } = scene
  const { version, cuda } = frame.driver
  const name = [span('llmtop', 'title')]
  const host = [span(truncate(frame.host, Math.floor(columns / 4)), 'strong')]
  const watched = howWatched(scene)
  // what is looked at must be read: it takes what these leave, and where that is too little their place
  const leaves = (...lines: readonly Line[]): number =>
    room - [...lines, watched[0]?.line ?? []].reduce((sum, line) => sum + lineWidth(line) + GAP.length, 0)
  const least = Math.min(LEAST_HERE, displayWidth(crumb(scene, 0)))
  const before = [[name, host], [host], []].find((lines) => least === 0 || leaves(...lines) >= least) ?? []
  const hereColumns = Math.max(8, Math.min(Math.floor(columns / 2), leaves(...before)))
  const here = truncate(crumb(scene, hereColumns), hereColumns)
  return [
    { rank: 1, line: before.includes(name) ? name : [] },
    { rank: 2, line: before.includes(host) ? host : [] },
    { rank: 3, line: here === '' ? [] : [span(here, 'title')] },
    {
      rank: 8,
      line: here === '' && version.kind === 'known' ? [span('driver ', 'dim'), span(version.value)] : [],
    },
    { rank: 9, line: here === '' && cuda.kind === 'known' ? [span('CUDA ', 'dim'), span(cuda.value)] : [] },
    ...watched,
    ...recordingBadge(scene),
    { rank: 7, line: frame.gpus.some((gpu) => gpu.unifiedMemory) ? [span('unified', 'badge')] : [] },
    { rank: 5, line: lateness(scene, columns) },
    ...frame.faults.map(({ fault }) => ({ rank: 6, line: [span(faultBadge(fault), 'warn')] })),
  ]
}

// What is not there can't be LIVE.
function howWatched(scene: Scene): readonly Ranked[] {
  const gone = isGone(scene.frame.link)
  return [
    { rank: 0, line: gone && isLive(scene) ? [] : sessionBadge(scene) },
    { rank: gone ? 0 : 4, line: linkBadge(scene) },
  ]
}

// A host that does not answer has one age, that of its link.
function lateness({ frame }: Scene, columns: number): Line {
  const late = isGone(frame.link) ? undefined : sampleAge(frame, columns < 100)
  return late === undefined ? [] : [span(late, 'warn')]
}

// Which of the views this is; nothing on the overview.
function crumb(scene: Scene, columns: number): string {
  const view = topView(scene.ui.views)
  switch (view.kind) {
    case 'overview':
    case 'fleet':
      return ''
    case 'gpus':
    case 'warnings':
    case 'host':
    case 'fleet-warnings':
      return TAB_NAMES[view.kind]
    case 'gpu':
      return `GPU ${gpuInView(scene)?.index ?? ''}`
    case 'warning':
      return 'warning'
    case 'help':
      return 'help'
    case 'workload':
      return workloadCrumb(scene, columns) ?? view.id
  }
}

// With the whole name of the model where there is room for it.
function workloadCrumb(scene: Scene, columns: number): string | undefined {
  const workload = workloadInView(scene)
  if (workload === undefined) return undefined
  const gpus = numberList(gpusOf(workload, scene.frame.gpus).map(({ index }) => index))
  const where = gpus === '' ? '' : `  GPU ${gpus}`
  const words = (model: string): string => `${workloadName(workload)}  ${model}${where}`
  const { name } = workload.model
  const whole = words(shown(name, (text) => text))
  return displayWidth(whole) <= columns ? whole : words(shown(name, lastPart))
}

function fleetParts(scene: Scene, tab: Tab): readonly Ranked[] {
  const { hosts } = scene
  const count = (state: LinkState) => hosts.filter(({ frame }) => frame.link.state === state).length
  const [live, late, connecting] = [count('live'), count('late'), count('connecting')]
  const down = hosts.length - live - late - connecting
  const gpus = hosts.reduce((sum, { frame }) => sum + frame.gpus.length, 0)
  return [
    { rank: 1, line: [span('llmtop', 'title')] },
    { rank: 2, line: [span(tab === 'fleet' ? 'fleet' : TAB_NAMES[tab], 'strong')] },
    { rank: 6, line: [span(`${hosts.length} hosts`)] },
    { rank: 7, line: [span(`${gpus} GPUs`)] },
    { rank: 0, line: sessionBadge(scene) },
    ...recordingBadge(scene),
    { rank: 5, line: [span(`${live} live`, 'fine')] },
    { rank: 8, line: connecting === 0 ? [] : [span(`${connecting} connecting`, 'dim')] },
    { rank: 4, line: late === 0 ? [] : [span(`${late} late`, 'warn')] },
    { rank: 3, line: down === 0 ? [] : [span(`${down} down`, 'critical')] },
  ]
}

/** Whether the present is in sight, as it comes. */
function isLive({ session, ui }: Scene): boolean {
  return session.kind === 'live' && session.behindMs === 0 && !ui.paused
}

function sessionBadge(scene: Scene): Line {
  const { session, ui } = scene
  switch (session.kind) {
    case 'live':
      if (session.behindMs > 0) return [span(`BACK ${formatDuration(session.behindMs)}`, 'replay')]
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

// Nobody is to record without knowing: the badge stays as long as LIVE does. Where to stands where there is room.
function recordingBadge({ session }: Scene): readonly Ranked[] {
  if (session.kind !== 'live' || session.recording === undefined) return []
  const { file, sizeBytes, fault } = session.recording
  if (fault !== undefined)
    return [{ rank: 0, line: [span(`${glyph('recording')} ${faultBadge(fault)}`, 'warn')] }]
  return [
    {
      rank: 0,
      line: [span(`${glyph('recording')} REC`, 'badge'), span(` ${formatBytes(sizeBytes)}`, 'dim')],
    },
    { rank: 10, line: [span(file.split('/').at(-1) ?? file, 'dim')] },
  ]
}

function playing(session: Extract<Scene['session'], { kind: 'replay' }>): string {
  if (session.ended) return 'ENDED'
  if (session.paused) return 'PAUSED'
  return Number.isFinite(session.speed) ? `${session.speed}${glyph('times')}` : 'max'
}

function linkBadge(scene: Scene): Line {
  const { link } = scene.frame
  if (link.state !== 'live') {
    const retry = link.retryInMs === null ? '' : `, retry in ${formatDuration(link.retryInMs)}`
    return [span(`${linkWord(link.state)} ${formatDuration(link.ageMs)}${retry}`, 'warn')]
  }
  return isStale(scene.frame) ? [span('STALE', 'warn')] : []
}

function rightPart(scene: Scene, columns: number): Line {
  const { frame, ui, hosts } = scene
  const all = isFleet(topTab(ui.views)) ? fleetRiskList(hosts).map(({ risk }) => risk) : frame.risks
  const toWarnings = uiAction({ kind: 'tab-to', index: isFleet(topTab(ui.views)) ? 1 : 2 })
  const counts = riskCounts(all).flatMap(({ level, count }) => [
    { ...span(`${levelGlyph(level)} ${count}${columns >= 100 ? ` ${level}` : ''}`, level), does: toWarnings },
    span('  '),
  ])
  return [
    span(' '),
    ...counts,
    ...verdict(scene, counts.length, columns),
    span(clockTime(frame.takenAtEpochMs, ui.timeZoneOffsetMinutes)),
    span(' '),
  ]
}

/** What stands beside the count of warnings: that there are none, or that it can't be told yet. */
function verdict({ session, frame, ui }: Scene, count: number, columns: number): Line {
  // a replay that was begun in the middle has judged nothing over time
  if (session.kind === 'replay' && !session.timeline.exact)
    return [span(`${reading(session.timeline.readRatio)}  `, 'replay')]
  if (count > 0) return []
  const unseen = isFleet(topTab(ui.views)) ? undefined : notSeen(frame, columns)
  if (unseen !== undefined) return [span(`? ${unseen}  `, 'unknown')]
  return [span(`${glyph('fine')} ${columns >= 100 ? 'no warnings' : 'ok'}  `, 'fine')]
}

// Nobody knows how a host is that does not answer, or cards are that are not seen.
function notSeen(frame: Frame, columns: number): string | undefined {
  if (isGone(frame.link)) return columns >= 100 ? 'no answer' : ''
  if (areGpusUnseen(frame)) return columns >= 60 ? 'no GPU seen' : ''
  if (isStale(frame)) return columns >= 100 ? 'no news of GPUs' : ''
  return undefined
}
