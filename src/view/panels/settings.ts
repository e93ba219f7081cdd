import { formatBytes, formatCount, formatDuration } from '../../core/format.ts'
import type { Reading } from '../../core/reading.ts'
import type { Workload, WorkloadConfig } from '../../model/workload.ts'
import { workloadInView } from '../in-view.ts'
import { span } from '../line.ts'
import type { Line, Scene } from '../panel.ts'
import { fit } from '../width.ts'
import { MISSING, shown } from '../wording.ts'
import { textPanel } from './text-panel.ts'

/** The settings that decide memory, with where each was read; and how the workload fares. */
export const settingsPanel = textPanel(
  'settings',
  () => ({ left: [span('Settings and where each was read', 'title')], right: [] }),
  lines,
)

type Setting = readonly [key: keyof WorkloadConfig['origins'], name: string, text: string]

function lines(scene: Scene, columns: number): readonly Line[] {
  const workload = workloadInView(scene)
  if (workload === undefined) return []
  const { config } = workload
  const settings = settingsOf(config).filter(([, , text]) => text !== MISSING)
  return [
    ...settings.map(([key, name, text]) => row(columns, name, text, config.origins[key] ?? '')),
    ...facts(workload).map(([name, text, origin = '']) => row(columns, name, text, origin)),
  ]
}

function settingsOf(config: WorkloadConfig): readonly Setting[] {
  return [
    ['contextTokens', 'context', tokens(config.contextTokens)],
    ['parallel', 'parallel requests', count(config.parallel)],
    ['kvTypeK', 'KV type K', text(config.kvTypeK)],
    ['kvTypeV', 'KV type V', text(config.kvTypeV)],
    [
      'gpuMemoryUtilization',
      'GPU memory share',
      shown(config.gpuMemoryUtilization, (share) => share.toFixed(2)),
    ],
    ['gpuLayers', 'layers on GPUs', count(config.gpuLayers)],
    ['tensorParallel', 'tensor parallel', count(config.tensorParallel)],
  ]
}

function facts(workload: Workload): readonly (readonly [name: string, text: string, origin?: string])[] {
  const { model, kv, requests, throughput, state, idleSeconds, container, user } = workload
  const { cgroup, vramLimits, partial } = workload
  const all: readonly (readonly [string, string, string?])[] = [
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
    ...vramLimits.map(({ kind, limitBytes, usedBytes, path }): readonly [string, string, string] => [
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
  return all.filter(([, value]) => value !== MISSING)
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

function tokens(reading: Reading<number>): string {
  return shown(reading, (value) => `${formatCount(value)} tokens`)
}

function row(columns: number, name: string, value: string, origin: string): Line {
  const originColumns = columns >= 40 ? 12 : 0
  return [
    span(`  ${fit(name, 18)}`, 'dim'),
    span(fit(value, Math.max(0, columns - 20 - originColumns))),
    span(fit(origin === '' ? '' : ` ${origin}`, originColumns), 'dim'),
  ]
}
