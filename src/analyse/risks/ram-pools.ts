import { valueOr } from '../../core/reading.ts'
import type { GpuState } from '../../model/frame.ts'
import type { RiskLevel } from '../../model/risk.ts'
import type { HostMemory } from '../../model/snapshot.ts'
import type { Forecast } from '../forecast.ts'
import type { JudgedWorkload } from '../judged.ts'
import { cgroupKey, HOST_KEY } from '../observations.ts'
import type { GateRules } from '../rules.ts'

/** Host memory that ends: all of it, or what a control group may have of it. */
export interface RamPool {
  readonly kind: 'host' | 'unified' | 'cgroup'
  /** Of its window. */
  readonly key: string
  /** `host RAM`, `control group /system.slice/…`. */
  readonly name: string
  /** Of the control group. */
  readonly path: string | undefined
  readonly limitBytes: number
  readonly headroomBytes: number
  /** The card whose memory it is, on machines with one pool. */
  readonly gpu: GpuState | undefined
  readonly workloads: readonly JudgedWorkload[]
  /** Processes of it that the kernel has killed so far. */
  readonly oomKills: number | undefined
}

/** Memory of the host that fills or is nearly used up, and whose fault that seems to be. */
export interface RamFilling {
  readonly pool: RamPool
  readonly grower: RamGrower | undefined
  readonly forecast: Forecast | undefined
  readonly level: RiskLevel
  /** It may end by itself: a load or a build. */
  readonly mayEnd: boolean
}

/** Whose resident memory grows fastest. */
export interface RamGrower {
  readonly workload: JudgedWorkload
  readonly bytesPerSecond: number
}

/** The host, and every control group that limits a workload to less than the host has. */
export function ramPoolsOf(
  host: HostMemory,
  gpus: readonly GpuState[],
  workloads: readonly JudgedWorkload[],
): readonly RamPool[] {
  const whole: RamPool[] = []
  if (host.totalBytes.kind === 'known' && host.availableBytes.kind === 'known') {
    const gpu = gpus.find(({ unifiedMemory }) => unifiedMemory)
    whole.push({
      kind: gpu === undefined ? 'host' : 'unified',
      key: HOST_KEY,
      name: gpu === undefined ? 'host RAM' : 'memory shared by host and GPU',
      path: undefined,
      limitBytes: host.totalBytes.value,
      headroomBytes: host.availableBytes.value,
      gpu,
      workloads,
      oomKills: valueOr(host.oomKills, undefined),
    })
  }
  return [...whole, ...groupsOf(workloads, valueOr(host.totalBytes, Infinity))]
}

function groupsOf(workloads: readonly JudgedWorkload[], hostBytes: number): readonly RamPool[] {
  const pools = new Map<string, RamPool>()
  for (const workload of workloads) {
    if (workload.cgroup.kind === 'missing') continue
    const { path, limitBytes, heldBytes, oomKills } = workload.cgroup.value
    if (heldBytes.kind === 'missing' || limitBytes >= hostBytes) continue
    const inIt = pools.get(path)?.workloads ?? []
    pools.set(path, {
      kind: 'cgroup',
      key: cgroupKey(path),
      name: `control group ${path}`,
      path,
      limitBytes,
      headroomBytes: Math.max(0, limitBytes - heldBytes.value),
      gpu: undefined,
      workloads: [...inIt, workload],
      oomKills: valueOr(oomKills, undefined),
    })
  }
  return [...pools.values()]
}

/**
 * What loads and caches on the host are still expected to take by the estimator: it comes on top of what is held now.
 * Undefined where nothing is known of anyone who grows.
 */
export function expectedBytes(
  workload: JudgedWorkload,
  { kind }: RamPool,
  { loadingDoubtRatio }: GateRules,
): number | undefined {
  const { ceiling, memory } = workload
  if (kind === 'unified' && ceiling.kind === 'known' && memory.usedBytes.kind === 'known')
    return Math.max(0, ceiling.value.bytes - memory.usedBytes.value)
  if (workload.estimated.kind === 'missing' || workload.memory.residentBytes.kind === 'missing')
    return undefined
  const { weightsBytes, kvBytes, otherBytes } = workload.estimated.value.estimate.host
  const needed = valueOr(weightsBytes, 0) + valueOr(kvBytes, 0) + valueOr(otherBytes, 0)
  // what the estimator does not count: libraries, buffers between host and card
  return Math.max(0, needed * (1 + loadingDoubtRatio) - workload.memory.residentBytes.value)
}
