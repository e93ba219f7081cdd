import { formatBytes, formatCount, formatDuration } from '../../core/format.ts'
import type { Reading } from '../../core/reading.ts'
import type { ConfigKey, Workload, WorkloadConfig } from '../../model/workload.ts'
import { workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { displayWidth, fit, wrap } from '../width.ts'
import { MISSING, shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** The settings that decide memory, with where each was read; how the workload fares; what is left out of the prediction. */
export const settingsPanel = textPanel(
  'settings',
  () => ({ left: [span('Settings and where each was read', 'title')], right: [] }),
  lines,
)

function lines(scene: Scene, columns: number): readonly Line[] {
  const workload = workloadInView(scene)
  if (workload === undefined) return []
  const rows = [...settings(workload.config), ...facts(workload)].filter(([, text]) => text !== MISSING)
  const widest = (texts: readonly string[]) => Math.max(...texts.map(displayWidth), 0)
  const originColumns = columns < 40 ? 0 : 2 + Math.min(11, widest(rows.map(([, , origin = '']) => origin)))
  const most = columns - originColumns - VALUE_COLUMNS
  const nameColumns = Math.max(0, Math.min(most, Math.max(LEAST_NAME, widest(rows.map(([name]) => name)))))
  const room = Math.max(0, columns - nameColumns - 4)
  const table = rows.map(([name, text, origin = '']): Line => {
    const where = origin === '' ? '' : fit(`  ${origin}`, originColumns)
    return [
      span(`  ${fit(name, nameColumns)} `, 'dim'),
      span(fit(text, Math.max(0, room - where.length))),
      span(where, 'dim'),
    ]
  })
  return [...table, ...workload.config.problems.flatMap((problem) => problemLines(problem, columns))]
}

function problemLines(problem: string, columns: number): readonly Line[] {
  return wrap(problem, Math.max(1, columns - 5), 3).map((text, i) => [
    span(i === 0 ? '  ? ' : '    ', 'unknown'),
    span(text),
  ])
}

// With the margins, and room for a context of a million tokens.
const VALUE_COLUMNS = 4 + 7
const LEAST_NAME = 15

type Row = readonly [name: string, text: string, origin?: string]

// As the user would write it, so that the flag to change is found. Keys and values of a cache often have one for both.
function settings({ origins, flags, ...config }: WorkloadConfig): readonly Row[] {
  const named = (key: ConfigKey, name: string, text: string): Row => {
    const flag = flags[key]
    return [flag === undefined ? name : isPlain(flag) ? flag : `${flag}  ${name}`, text, origins[key] ?? '']
  }
  const rows = [
    named('contextTokens', 'context, tokens', number(config.contextTokens)),
    named('parallel', 'parallel requests', number(config.parallel)),
    named('kvTypeK', 'KV type K', text(config.kvTypeK)),
    named('kvTypeV', 'KV type V', text(config.kvTypeV)),
    named(
      'gpuMemoryUtilization',
      'GPU memory share',
      shown(config.gpuMemoryUtilization, (share) => share.toFixed(2)),
    ),
    named('gpuLayers', 'layers on GPUs', number(config.gpuLayers)),
    named('tensorParallel', 'tensor parallel', number(config.tensorParallel)),
  ]
  return rows.filter(([name, value], i) => name !== rows[i - 1]?.[0] || value !== rows[i - 1]?.[1])
}

// Of `-np` not everyone knows what it is.
function isPlain(flag: string): boolean {
  return flag.length > 4
}

function facts(workload: Workload): readonly Row[] {
  const { model, kv, requests, throughput, state, idleSeconds, container, user } = workload
  const { cgroup, vramLimits, partial } = workload
  return [
    ['model', text(model.name), text(model.source)],
    ['quantization', text(model.quantization)],
    ['KV capacity', tokens(kv.capacityTokens)],
    ['bytes per token', shown(kv.bytesPerToken, formatBytes)],
    ['requests', shown(requests.running, (running) => `${running}${waiting(requests.waiting)}`)],
    ['preemptions', count(requests.preemptions)],
    ['prompt tokens/s', count(throughput.promptTokensPerSecond)],
    ['tokens/s', count(throughput.generatedTokensPerSecond)],
    ['state', state],
    ['idle for', shown(idleSeconds, (seconds) => formatDuration(1000 * seconds))],
    ['user', text(user)],
    ['container', container === undefined ? MISSING : (container.name ?? container.id)],
    [
      'memory limit',
      shown(cgroup, (group) => `${shown(group.heldBytes, formatBytes)} of ${formatBytes(group.limitBytes)}`),
      'cgroup',
    ],
    ...vramLimits.map(({ kind, limitBytes, usedBytes, path }): Row => [
      'VRAM limit',
      `${shown(usedBytes, formatBytes)} of ${formatBytes(limitBytes)}`,
      kind === 'mps' ? 'MPS' : (path ?? 'cgroup'),
    ]),
    [
      'instance',
      partial === undefined
        ? MISSING
        : `${partial.ranksHere} of ${shown(partial.ranksInAll, String)} ranks here`,
    ],
  ]
}

function waiting(reading: Reading<number>): string {
  return reading.kind === 'known' && reading.value > 0 ? `, ${reading.value} wait` : ''
}

function text(reading: Reading<string>): string {
  return shown(reading, (value) => value)
}

function count(reading: Reading<number>): string {
  return shown(reading, formatCount)
}

function number(reading: Reading<number>): string {
  return shown(reading, String)
}

function tokens(reading: Reading<number>): string {
  return shown(reading, (value) => `${formatCount(value)} tokens`)
}
