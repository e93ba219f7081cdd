import { describeFault, faultBadge } from '../../core/fault.ts'
import { formatDuration, formatGib } from '../../core/format.ts'
import { both } from '../../core/reading.ts'
import type { Reading } from '../../core/reading.ts'
import type { Frame } from '../../model/frame.ts'
import type { Risk } from '../../model/risk.ts'
import { firstRow, selectedRow } from '../cursor.ts'
import { fleetRows } from '../fleet-rows.ts'
import type { FleetRow } from '../fleet-rows.ts'
import { glyph, levelGlyph } from '../glyphs.ts'
import { span } from '../line.ts'
import type { Line, Panel, PanelView, Scene, Size } from '../panel.ts'
import { rowLine } from '../row-line.ts'
import { cursorOf } from '../ui-state.ts'
import { displayWidth, fit } from '../width.ts'
import { clockTime, formatEta, isGone, linkWord, MISSING, riskWord, shown } from '../wording.ts'
import { partialBar } from './partial-bar.ts'

/** Every host in one line: whether it answers, what it has, how full it is, and what threatens it most. */
export const fleetPanel: Panel = {
  id: 'fleet',
  title: (scene) => {
    const count = fleetRows(scene).length
    const hidden = scene.hosts.length - count
    return {
      left: [
        span('Hosts', 'title'),
        span(`  ${count}${hidden > 0 ? ` of ${scene.hosts.length}` : ''}`, 'dim'),
      ],
      right: [span(`sorted by risk${scene.ui.preferences.reversed ? ', reversed' : ''}`, 'dim')],
    }
  },
  view: (scene, size): PanelView => ({ kind: 'lines', lines: lines(scene, size) }),
}

function lines(scene: Scene, size: Size): readonly Line[] {
  if (size.rows <= 0) return []
  const rows = fleetRows(scene)
  const widths = widthsFor(size.columns - 1, rows)
  const cursor = cursorOf(scene.ui)
  const ids = rows.map(({ host }) => host)
  const first = firstRow(cursor, ids, size.rows - 1)
  const selected = selectedRow(cursor, ids)
  const inSight = rows.slice(first, first + size.rows - 1)
  if (rows.length === 0) return [head(widths), [span('  no host has these words', 'dim')]].slice(0, size.rows)
  return [
    rowLine(head(widths), size.columns, false),
    ...inSight.map((row, i) => rowLine(line(row, scene, widths), size.columns, first + i === selected)),
  ]
}

interface Widths {
  readonly host: number
  readonly gpus: number
  readonly bar: number
  readonly kv: number
  readonly risk: number
  readonly age: number
}

const STATE_COLUMNS = 11
const MEMORY_COLUMNS = 22
const LEAST_RISK_COLUMNS = 28
const LEAST_HOST_COLUMNS = 12

// What is left goes to the names of hosts and GPUs, the bar, and the warning, in that order of need.
function widthsFor(columns: number, rows: readonly FleetRow[]): Widths {
  const wide = columns >= 100
  const longest = Math.max(0, ...rows.map(({ host }) => displayWidth(host))) + 2
  const host = Math.min(Math.max(LEAST_HOST_COLUMNS, longest), Math.floor(columns / 5))
  // on the narrowest screens what threatens a host says more than how full its pool is
  const [gpus, kv, age] = [wide ? 17 : 0, columns < 70 ? 0 : 6, wide ? 8 : 0]
  const rest = columns - host - STATE_COLUMNS - gpus - MEMORY_COLUMNS - kv - age - 1
  const bar = wide ? Math.max(4, Math.min(30, rest - LEAST_RISK_COLUMNS)) : 0
  return { host, gpus, bar, kv, age, risk: Math.max(0, rest - bar) }
}

function head({ host, gpus, bar, kv, risk, age }: Widths): Line {
  const text = [
    fit('HOST', host),
    fit('STATE', STATE_COLUMNS),
    fit('GPUS', gpus),
    fit('MEMORY USED', bar + MEMORY_COLUMNS),
    kv === 0 ? '' : `${fit('KV', kv - 1, 'right')} `,
    fit(' TOP RISK', risk),
    age === 0 ? '' : fit('AGE', age, 'right'),
  ]
  return [span(text.join(''), 'title')]
}

function line(row: FleetRow, scene: Scene, widths: Widths): Line {
  const { frame, usedBytes, limitBytes, kvRatio } = row
  const gone = isGone(frame.link)
  const ratio = both(usedBytes, limitBytes, (used, limit) => (limit > 0 ? used / limit : 0))
  const percent = shown(ratio, (value) => `${(100 * value).toFixed(0)} %`)
  const numbers = row.wasSeen ? `${shown(usedBytes, gib)}/${shown(limitBytes, gib)} GiB` : MISSING
  const cells: Line = [
    span(fit(frame.host, widths.host - 1), 'strong'),
    span(' '),
    ...state(frame),
    span(fit(gpuWords(row), widths.gpus)),
    ...(gone ? [span(fit(seenAt(row, scene), widths.bar))] : partialBar(ratio, widths.bar, 'undivided')),
    span(` ${fit(numbers, MEMORY_COLUMNS - 8, 'right')}${fit(percent, 6, 'right')} `),
    span(kvCell(kvRatio, widths.kv)),
    ...risk(row, widths.risk),
    span(widths.age === 0 ? '' : fit(ageOf(frame), widths.age, 'right'), 'dim'),
  ]
  return gone ? cells.map((cell) => ({ ...cell, tone: cell.tone === 'warn' ? 'warn' : 'dim' })) : cells
}

function kvCell(ratio: Reading<number>, columns: number): string {
  const percent = shown(ratio, (value) => `${(100 * value).toFixed(0)} %`)
  return columns === 0 ? '' : `${fit(percent, columns - 1, 'right')} `
}

function gib(bytes: number): string {
  return bytes >= 100 * 1024 ** 3 ? (bytes / 1024 ** 3).toFixed(0) : formatGib(bytes)
}

function state({ link }: Frame): Line {
  const word = fit(linkWord(link.state).toLowerCase(), STATE_COLUMNS)
  return [span(word, link.state === 'live' ? 'fine' : 'warn')]
}

function gpuWords({ gpus, isHostMemory, wasSeen }: FleetRow): string {
  if (!wasSeen) return MISSING
  if (gpus === '') return 'no GPU, RAM'
  return isHostMemory ? `${gpus} unified` : gpus
}

// Its last values stand, with the time at which they were true.
function seenAt({ frame, wasSeen }: FleetRow, { ui }: Scene): string {
  if (!wasSeen) return ''
  return ` at ${clockTime(frame.takenAtEpochMs - frame.link.ageMs, ui.timeZoneOffsetMinutes).slice(0, 5)}`
}

function risk({ frame, risk: top }: FleetRow, columns: number): Line {
  const room = Math.max(0, columns - 1)
  if (isGone(frame.link)) {
    const { retryInMs } = frame.link
    const retry = retryInMs === null ? '' : `retry in ${formatDuration(retryInMs)}, `
    return [span(fit(` ? ${retry}${whyGone(frame, room - retry.length)}`, room + 1), 'warn')]
  }
  if (top === undefined) return [span(fit(` ${glyph('fine')}`, room + 1), 'fine')]
  const words = room >= 40 ? top.summary : inShort(top, frame)
  return [span(` ${levelGlyph(top.level)} `, top.level), span(fit(words, Math.max(0, room - 2)))]
}

// The beginning of the sentence that tells it, or its short name.
function whyGone({ faults, link }: Frame, room: number): string {
  const fault = faults.map((one) => one.fault).find(({ kind }) => kind === 'ssh')
  if (fault === undefined) return linkWord(link.state).toLowerCase()
  return room >= LEAST_RISK_COLUMNS ? describeFault(fault) : faultBadge(fault)
}

// `GPU 5 oom 4–6 min`.
function inShort(risk: Risk, { gpus }: Frame): string {
  const gpu = gpus.find(({ uuid }) => uuid === risk.gpu)
  const where = gpu === undefined || gpus.length === 1 ? '' : `GPU ${gpu.index} `
  const eta = risk.eta === undefined ? '' : ` ${formatEta(risk.eta)}`
  return `${where}${riskWord(risk.class)}${eta}`
}

function ageOf({ link, gpuSample }: Frame): string {
  const sampleMs = gpuSample.kind === 'known' ? gpuSample.value.ageMs : 0
  const ms = Math.max(link.ageMs, link.state === 'live' ? sampleMs : 0)
  return formatDuration(1000 * Math.floor(ms / 1000)).replace('.0', '')
}
