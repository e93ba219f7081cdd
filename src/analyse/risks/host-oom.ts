import { formatBytes, formatDuration, formatPercent } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import { reaches, type RiskLevel } from '../../model/risk.ts'
import { fatalLevel, forecastOf, type Forecast } from '../forecast.ts'
import type { JudgedWorkload } from '../judged.ts'
import { residentKey, SWAP_KEY } from '../observations.ts'
import type { Condition } from '../risk-book.ts'
import { identityOf, watchedAt, type Situation } from '../situation.ts'
import { stillGrows } from '../still-grows.ts'
import { paceOf } from '../windows.ts'
import { formatEta, formatPace, nameOf } from '../wording.ts'
import { expectedBytes, ramPools, type RamPool } from './ram-pools.ts'

/**
 * Host memory that ends, in the whole machine, in a control group, or in the one pool of a machine whose GPU has none of
 * its own: the kernel then kills, and not always the one who asked.
 */
export function hostOom(situation: Situation): readonly Condition[] {
  return ramPools(situation).flatMap((pool) => {
    const grower = fastestIn(pool, situation)
    const forecast = expectedFits(pool, grower, situation) ? undefined : forecastIn(pool, situation)
    const level = worst(forecastLevel(forecast, pool, situation), floorLevel(pool, situation))
    return level === undefined ? [] : [worded(pool, grower, forecast, level, situation)]
  })
}

interface Grower {
  readonly workload: JudgedWorkload
  readonly bytesPerSecond: number
}

function fastestIn({ workloads }: RamPool, situation: Situation): Grower | undefined {
  const { rules, nowMs } = situation
  return workloads
    .flatMap((workload): readonly Grower[] => {
      const watched = watchedAt(situation, residentKey(workload.id))
      const pace = paceOf(watched, rules.trend)?.perSecond ?? stillGrows(watched, nowMs, rules.risk)
      return pace === undefined || pace <= 0 ? [] : [{ workload, bytesPerSecond: pace }]
    })
    .toSorted((a, b) => b.bytesPerSecond - a.bytesPerSecond)[0]
}

/** A load, or a cache with a limit, that will end before the memory does. */
function expectedFits(pool: RamPool, grower: Grower | undefined, { rules }: Situation): boolean {
  const own = grower === undefined ? undefined : expectedBytes(grower.workload)
  if (own === undefined || own === 0) return false
  const all = pool.workloads.reduce((total, workload) => total + (expectedBytes(workload) ?? 0), 0)
  return pool.headroomBytes - all > floorBytes(pool, rules.host.warnRatio, rules.host.warnBytes)
}

function forecastIn(pool: RamPool, situation: Situation): Forecast | undefined {
  return forecastOf(watchedAt(situation, pool.key), pool.headroomBytes, situation.rules)
}

/** A minute of growth may be a load, as long as there is plenty. */
function forecastLevel(
  forecast: Forecast | undefined,
  pool: RamPool,
  { rules }: Situation,
): RiskLevel | undefined {
  if (forecast === undefined) return undefined
  const isPlenty = pool.headroomBytes > PLENTY_RATIO * pool.limitBytes
  if (forecast.pace.rule === 'medium' && isPlenty) return 'watch'
  return fatalLevel(forecast.eta, rules.risk)
}

const PLENTY_RATIO = 0.15

/** Little is left, whatever the trend; and warned of where that goes on falling or tasks stand still for it. */
function floorLevel(pool: RamPool, situation: Situation): RiskLevel | undefined {
  const { rules, host, nowMs } = situation
  const { watchRatio, watchBytes, warnRatio, warnBytes, unifiedWarnBytes, pressurePercent } = rules.host
  if (pool.headroomBytes > floorBytes(pool, watchRatio, watchBytes)) return undefined
  const watched = watchedAt(situation, pool.key)
  const isFalling =
    (paceOf(watched, rules.trend)?.perSecond ?? stillGrows(watched, nowMs, rules.risk) ?? 0) > 0
  const isPressed = pool.kind !== 'cgroup' && valueOr(host.pressure.someAvg10Percent, 0) > pressurePercent
  const warnAt = pool.kind === 'unified' ? unifiedWarnBytes : floorBytes(pool, warnRatio, warnBytes)
  return (pool.headroomBytes <= warnAt && isFalling) || isPressed ? 'warn' : 'watch'
}

function floorBytes({ limitBytes }: RamPool, ratio: number, bytes: number): number {
  return Math.min(ratio * limitBytes, bytes)
}

function worst(a: RiskLevel | undefined, b: RiskLevel | undefined): RiskLevel | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return reaches(a, b) ? a : b
}

function worded(
  pool: RamPool,
  grower: Grower | undefined,
  forecast: Forecast | undefined,
  level: RiskLevel,
  situation: Situation,
): Condition {
  const workload = grower?.workload ?? (pool.kind === 'cgroup' ? pool.workloads[0] : undefined)
  const kind = pool.kind === 'unified' ? 'unified-oom' : 'host-oom'
  const where = pool.name.charAt(0).toUpperCase() + pool.name.slice(1)
  const left = `${formatBytes(pool.headroomBytes)} of ${formatBytes(pool.limitBytes)} left`
  const who =
    grower === undefined ? '' : `${nameOf(grower.workload)} grows ${formatPace(grower.bytesPerSecond)}, `
  return {
    id: pool.path === undefined ? kind : `${kind}:${pool.path}`,
    identity: pool.kind === 'cgroup' && workload !== undefined ? identityOf(situation, workload) : '',
    confirmMs: situation.rules.risk.confirmMs,
    class: kind,
    level,
    gpu: pool.gpu?.uuid,
    gpus: pool.gpu === undefined ? [] : [pool.gpu.uuid],
    workload: workload?.id,
    mig: undefined,
    eta: forecast?.eta,
    summary:
      forecast === undefined
        ? `${where} is nearly used up: ${who}${left}; ${consequence(pool)}`
        : `${where} runs out in ${formatEta(forecast.eta)}: ${who}${left}; ${consequence(pool)}`,
    paused: `${where} has stopped filling: ${left}`,
    evidence: evidenceOf(pool, forecast, situation),
    victims: pool.workloads.filter((other) => other !== workload).map(({ id }) => id),
    numbers: {
      headroomBytes: pool.headroomBytes,
      ...(grower === undefined ? {} : { bytesPerSecond: grower.bytesPerSecond }),
      ...(forecast === undefined ? {} : { etaSeconds: forecast.eta.seconds }),
    },
    findings: pool.path === undefined ? {} : { cgroup: pool.path },
  }
}

function consequence({ kind }: RamPool): string {
  switch (kind) {
    case 'host':
      return 'the kernel then kills a process, most likely the largest'
    case 'cgroup':
      return 'the kernel then kills a process of this group'
    case 'unified':
      return 'the kernel then kills a process, or the machine stands still'
  }
}

function evidenceOf(pool: RamPool, forecast: Forecast | undefined, situation: Situation): readonly string[] {
  const { host } = situation
  const lines = [
    `${formatPercent((100 * pool.headroomBytes) / pool.limitBytes)} of ${pool.name} can still be had`,
  ]
  if (forecast !== undefined) {
    const { pace } = forecast
    lines.push(`it has filled by ${formatPace(pace.perSecond)} over the last ${formatDuration(pace.spanMs)}`)
  }
  if (pool.kind === 'cgroup')
    lines.push('file pages of a mapped model are not counted: the kernel can take them back')
  else lines.push(...largestLine(situation), ...swapLines(situation), ...pressureLine(situation))
  if (pool.kind === 'unified' && host.freeBytes.kind === 'known')
    lines.push(`${formatBytes(host.freeBytes.value)} are free at once: what a new start is measured against`)
  if (pool.oomKills !== undefined && pool.oomKills > 0)
    lines.push(`the kernel has killed ${pool.oomKills} processes here for memory since its start`)
  return lines
}

function largestLine({ hostProcesses }: Situation): readonly string[] {
  const [largest] = hostProcesses
  if (largest?.residentBytes.kind !== 'known') return []
  return [
    `the largest process is ${largest.comm} ${largest.pid} with ${formatBytes(largest.residentBytes.value)}`,
  ]
}

/** Swap delays the end and slows everything; zram is RAM itself. So it is told, and never counted as room. */
function swapLines(situation: Situation): readonly string[] {
  const { swapTotalBytes, swapUsedBytes } = situation.host
  if (swapTotalBytes.kind === 'missing' || swapUsedBytes.kind === 'missing' || swapTotalBytes.value === 0)
    return ['there is no swap']
  const pace = paceOf(watchedAt(situation, SWAP_KEY), situation.rules.trend)
  const grows = pace === undefined || pace.perSecond <= 0 ? '' : `, growing ${formatPace(pace.perSecond)}`
  return [`${formatBytes(swapUsedBytes.value)} of ${formatBytes(swapTotalBytes.value)} swap are used${grows}`]
}

function pressureLine({ host }: Situation): readonly string[] {
  const { someAvg10Percent } = host.pressure
  return someAvg10Percent.kind === 'known' && someAvg10Percent.value >= 1
    ? [`tasks stand still for memory ${formatPercent(someAvg10Percent.value)} of the time`]
    : []
}
