import { formatBytes, formatCount, formatPercent } from '../../core/format.ts'
import type { Reading } from '../../core/reading.ts'
import type { Part } from '../../model/sample.ts'
import type { Workload, WorkloadConfig } from '../../model/workload.ts'
import { parseListeningSockets } from '../../parse/listening-sockets.ts'
import { check, type Check, type Section } from './report.ts'

export type Parts = ReadonlyMap<string, Part>

/** What is known of a workload and how, what it could tell and does not, and the one change that would make it. */
export function workloadSection(workload: Workload, parts: Parts): Section {
  const { id, user, container, pids } = workload
  const where = container === undefined ? '' : `, container ${container.name ?? container.id}`
  const who = user.kind === 'known' ? `, user ${user.value}` : ''
  return {
    title: `${id} (${pids.length === 1 ? '1 process' : `${pids.length} processes`}${who}${where})`,
    checks: [
      modelCheck(workload),
      architectureCheck(workload),
      portCheck(workload, parts),
      cacheCheck(workload),
      ...workload.telemetryGaps.map(({ what, remedy }) => check(what, 'partly', 'not reported', remedy)),
      ...settingsCheck(workload.config),
      ...workload.config.problems.map((problem) => check('flags', 'partly', problem)),
      ...cgroupCheck(workload),
    ],
  }
}

const SOURCES = {
  argv: 'its command line',
  api: 'its own answer',
  file: 'its file',
  catalogue: 'the catalogue',
} as const

function modelCheck({ model: { name, source } }: Workload): Check {
  if (name.kind === 'missing') return check('model', 'no', why(name, 'its command line does not say'))
  const from = source.kind === 'known' ? `, from ${SOURCES[source.value]}` : ''
  return check('model', 'yes', `${name.value}${from}`)
}

const BASES = {
  'engine-log': 'sizes from its own log',
  tensors: 'sizes from its tensors',
  formula: 'sizes worked out from its configuration',
  catalogue: 'sizes worked out from the catalogue',
} as const

function architectureCheck({ ceiling, kv }: Workload): Check {
  if (ceiling.kind === 'known') return check('architecture', 'yes', BASES[ceiling.value.basis])
  if (kv.bytesPerToken.kind === 'known') {
    return check('architecture', 'yes', `${formatBytes(kv.bytesPerToken.value)} of cache for each token`)
  }
  return check('architecture', 'partly', why(ceiling, 'not known'))
}

function portCheck({ rootPid }: Workload, parts: Parts): Check {
  const part = rootPid.kind === 'known' ? parts.get(`sockets/${rootPid.value}`) : undefined
  if (part?.kind !== 'text') return check('port', 'partly', 'it is not asked')
  const { network, listeners } = parseListeningSockets(part.text)
  const place = network === 'other' ? ', in a network of its own' : ''
  const own = listeners.filter(({ owner }) => owner === 'own' || owner === 'child')
  if (own.length > 0) {
    return check('port', 'yes', `${own.map(({ address, port }) => `${address} ${port}`).join(', ')}${place}`)
  }
  return listeners.some(({ owner }) => owner === 'unknown')
    ? check('port', 'partly', `whose ports are whose is not to be seen${place}`, 'run as its user or as root')
    : check('port', 'partly', 'it listens nowhere')
}

function cacheCheck({ kv, requests }: Workload): Check {
  const { usedRatio, usedTokens, capacityTokens } = kv
  const running = requests.running.kind === 'known' ? `, ${requests.running.value} running` : ''
  if (usedRatio.kind === 'known') {
    const of = capacityTokens.kind === 'known' ? ` of ${formatCount(capacityTokens.value)} tokens` : ''
    return check('KV cache', 'yes', `${formatPercent(100 * usedRatio.value)}${of}${running}`)
  }
  if (usedTokens.kind === 'known')
    return check('KV cache', 'yes', `${formatCount(usedTokens.value)} tokens${running}`)
  const remedy = usedTokens.reason === 'no-permission' ? KEY_REMEDY : undefined
  return check('KV cache', 'no', why(usedTokens, 'not reported'), remedy)
}

const KEY_REMEDY = 'if it wants a key: LLMTOP_API_KEY=ADDRESS:PORT=KEY'

const SETTINGS = {
  contextTokens: 'context',
  parallel: 'parallel requests',
  kvTypeK: 'KV type',
  gpuLayers: 'GPU layers',
  tensorParallel: 'tensor parallel',
  gpuMemoryUtilization: 'GPU memory share',
} as const satisfies Partial<Record<keyof WorkloadConfig, string>>

function settingsCheck(config: WorkloadConfig): readonly Check[] {
  const readings: readonly (readonly [string, Reading<unknown>])[] = [
    [SETTINGS.contextTokens, config.contextTokens],
    [SETTINGS.parallel, config.parallel],
    [SETTINGS.kvTypeK, config.kvTypeK],
    [SETTINGS.gpuLayers, config.gpuLayers],
    [SETTINGS.tensorParallel, config.tensorParallel],
    [SETTINGS.gpuMemoryUtilization, config.gpuMemoryUtilization],
  ]
  const unseen = readings.filter(([, { kind }]) => kind === 'missing').map(([name]) => name)
  if (unseen.length === readings.length) return []
  const seen = readings.filter(([, { kind }]) => kind === 'known').map(([name]) => name)
  const found = `${seen.join(', ')}${unseen.length === 0 ? '' : `; not set or not visible: ${unseen.join(', ')}`}`
  return [check('settings', 'yes', found)]
}

function cgroupCheck({ cgroup }: Workload): readonly Check[] {
  if (cgroup.kind === 'missing') return []
  const { path, limitBytes } = cgroup.value
  return [check('control group', 'yes', `${formatBytes(limitBytes)} for ${path}`)]
}

function why(reading: Reading<unknown>, otherwise: string): string {
  return reading.kind === 'missing' ? (reading.detail ?? otherwise) : otherwise
}
