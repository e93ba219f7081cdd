import { formatBytes, formatDuration, formatPercent } from '../../core/format.ts'
import { etaNumber, takenAgain, type Forecast } from '../forecast.ts'
import { isNewHeight } from '../heights.ts'
import { SWAP_KEY } from '../observations.ts'
import type { Condition } from '../risk-book.ts'
import { identityOf, watchedAt, type Situation } from '../situation.ts'
import { paceOf } from '../windows.ts'
import { formatEta, formatPace, nameOf } from '../wording.ts'
import type { RamFilling, RamGrower, RamPool } from './ram-pools.ts'

/** What is said of host memory that ends. */
export function ramCondition(filling: RamFilling, situation: Situation): Condition {
  const { pool, grower, forecast, level, mayEnd } = filling
  const workload = grower?.workload ?? (pool.kind === 'cgroup' ? pool.workloads[0] : undefined)
  return {
    ...placeOf(pool),
    identity: pool.kind === 'cgroup' ? identityOf(situation, workload) : '',
    confirmMs: situation.rules.risk.confirmMs,
    level,
    workload: workload?.id,
    mig: undefined,
    eta: forecast?.eta,
    summary: `${where(pool)} ${whatHappens(filling)}: ${whoGrows(grower)}${leftIn(pool)}; ${consequence(filling)}`,
    paused: `${where(pool)} has stopped filling: ${leftIn(pool)}`,
    evidence: evidenceOf(pool, forecast, situation),
    again: takenAgain(pool.key, forecast, mayEnd),
    victims: pool.workloads.filter((other) => other !== workload).map(({ id }) => id),
    numbers: {
      headroomBytes: pool.headroomBytes,
      ...(grower === undefined ? {} : { bytesPerSecond: grower.bytesPerSecond }),
      ...etaNumber(forecast),
    },
  }
}

/** Where it is, and by which id it is told. */
export function placeOf({
  kind,
  path,
  gpu,
}: RamPool): Pick<Condition, 'id' | 'class' | 'gpu' | 'gpus' | 'findings'> {
  const risk = kind === 'unified' ? 'unified-oom' : 'host-oom'
  return {
    id: path === undefined ? risk : `${risk}:${path}`,
    class: risk,
    gpu: gpu?.uuid,
    gpus: gpu === undefined ? [] : [gpu.uuid],
    findings: path === undefined ? {} : { cgroup: path },
  }
}

function where({ name }: RamPool): string {
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function leftIn({ headroomBytes, limitBytes }: RamPool): string {
  return `${formatBytes(headroomBytes)} of ${formatBytes(limitBytes)} left`
}

function whatHappens({ pool: { kind }, forecast, mayEnd }: RamFilling): string {
  if (forecast === undefined) return 'is nearly used up'
  const eta = formatEta(forecast.eta)
  if (mayEnd) return `would run out in ${eta}, if it went on like this`
  return `${kind === 'cgroup' ? 'runs out of memory' : 'runs out'} in ${eta}`
}

function whoGrows(grower: RamGrower | undefined): string {
  if (grower === undefined) return ''
  return `${nameOf(grower.workload)} grows ${formatPace(grower.bytesPerSecond)}, `
}

function consequence({ pool, mayEnd }: RamFilling): string {
  if (mayEnd) return 'it has been seen to grow for a few minutes only, and may be a load or a build'
  switch (pool.kind) {
    case 'host':
      return 'the kernel then kills a process, most likely the largest'
    case 'cgroup':
      return 'the kernel then kills a process of this group'
    case 'unified':
      return 'the kernel then kills a process, or the machine stands still'
  }
}

function evidenceOf(pool: RamPool, forecast: Forecast | undefined, situation: Situation): readonly string[] {
  return [
    `${formatPercent((100 * pool.headroomBytes) / pool.limitBytes)} of ${pool.name} can still be had`,
    ...paceLine(forecast),
    ...breathLine(pool, forecast, situation),
    ...(pool.kind === 'cgroup'
      ? ['file pages of a mapped model are not counted: the kernel can take them back']
      : [...largestLine(pool, situation), ...swapLines(situation), ...pressureLine(situation)]),
    ...freeLine(pool, situation),
    ...killsLine(pool),
  ]
}

function paceLine(forecast: Forecast | undefined): readonly string[] {
  if (forecast === undefined) return []
  const { perSecond, spanMs } = forecast.pace
  return [`it has filled by ${formatPace(perSecond)} over the last ${formatDuration(spanMs)}`]
}

function breathLine(
  { key, limitBytes, headroomBytes }: RamPool,
  forecast: Forecast | undefined,
  situation: Situation,
): readonly string[] {
  const height = situation.heights.get(key)
  const usedBytes = limitBytes - headroomBytes
  if (forecast === undefined || height === undefined || isNewHeight(height, usedBytes, situation.rules.trend))
    return []
  return [`${formatBytes(height.returnedFrom)} of it were used before, and came back`]
}

function freeLine({ kind }: RamPool, { host }: Situation): readonly string[] {
  if (kind !== 'unified' || host.freeBytes.kind === 'missing') return []
  return [`${formatBytes(host.freeBytes.value)} are free at once: what a new start is measured against`]
}

function killsLine({ oomKills = 0 }: RamPool): readonly string[] {
  if (oomKills === 0) return []
  const many = oomKills === 1 ? 'one process' : `${oomKills} processes`
  return [`the kernel has killed ${many} here for memory since its start`]
}

function largestLine({ kind }: RamPool, { hostProcesses }: Situation): readonly string[] {
  const [largest] = hostProcesses
  if (kind === 'unified' || largest?.residentBytes.kind !== 'known') return []
  return [
    `the largest process is ${largest.comm} ${largest.pid} with ${formatBytes(largest.residentBytes.value)}`,
  ]
}

/** Swap delays the end and slows everything; zram is RAM itself. So it is told, and never counted as room. */
function swapLines(situation: Situation): readonly string[] {
  const { swapTotalBytes, swapUsedBytes } = situation.host
  if (swapTotalBytes.kind === 'missing' || swapUsedBytes.kind === 'missing' || swapTotalBytes.value === 0)
    return ['there is no swap']
  const pace = paceOf(watchedAt(situation, SWAP_KEY))
  const grows = pace === undefined || pace.perSecond <= 0 ? '' : `, growing ${formatPace(pace.perSecond)}`
  const used = swapUsedBytes.value === 0 ? 'none' : formatBytes(swapUsedBytes.value)
  return [`${used} of ${formatBytes(swapTotalBytes.value)} of swap is used${grows}`]
}

function pressureLine({ host }: Situation): readonly string[] {
  const { someAvg10Percent } = host.pressure
  return someAvg10Percent.kind === 'known' && someAvg10Percent.value >= 1
    ? [`tasks stand still for memory ${formatPercent(someAvg10Percent.value)} of the time`]
    : []
}
