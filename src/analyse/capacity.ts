import { grouped } from '../core/grouped.ts'
import { both, firstKnown, known, map, sumOfKnown, valueOr } from '../core/reading.ts'
import type { GpuProcessState, GpuState } from '../model/frame.ts'
import type { DeviceMemory } from '../model/snapshot.ts'
import type { AttributedWorkload } from './attribute.ts'
import { limitPools } from './limit-pools.ts'
import type { Holder, MemoryPool } from './memory-pool.ts'
import { sharesOn } from './told-shares.ts'

/**
 * Every card, or its instances where it is cut into some, and every limit on what some may hold of it. A unified card has
 * no memory of its own: the host's is the pool.
 */
export function poolsOf(
  gpus: readonly GpuState[],
  workloads: readonly AttributedWorkload[],
): readonly MemoryPool[] {
  return gpus
    .filter(({ unifiedMemory }) => !unifiedMemory)
    .flatMap((gpu) => {
      const pools = poolsIn(gpu, workloads)
      return [...pools, ...pools.flatMap((pool) => limitPools(pool, workloads))]
    })
}

function poolsIn(gpu: GpuState, workloads: readonly AttributedWorkload[]): readonly MemoryPool[] {
  const { devices } = gpu.mig
  if (devices.length === 0) {
    const pool = poolOf(gpu, gpu.memory, undefined)
    return [pool.holders.kind === 'known' ? pool : { ...pool, holders: toldHolders(pool, workloads) }]
  }
  // compute instances of one GPU instance share its memory
  const instances = new Map(devices.map((device) => [device.gpuInstanceId, device.memory]))
  return [...instances].map(([gpuInstanceId, memory]) => poolOf(gpu, memory, gpuInstanceId))
}

function poolOf(gpu: GpuState, memory: DeviceMemory, gpuInstanceId: number | undefined): MemoryPool {
  const { totalBytes, reservedBytes, usedBytes, freeBytes } = memory
  const capBytes = map(totalBytes, (total) => total - valueOr(reservedBytes, 0))
  return {
    key: poolKey(gpu.uuid, gpuInstanceId),
    name: gpuInstanceId === undefined ? `GPU ${gpu.index}` : `GPU ${gpu.index} MIG ${gpuInstanceId}`,
    gpu,
    gpuInstanceId,
    limit: undefined,
    capBytes,
    usedBytes,
    freeBytes: firstKnown(
      freeBytes,
      both(capBytes, usedBytes, (cap, used) => Math.max(0, cap - used)),
    ),
    holders: map(gpu.processes, (processes) => holdersOf(processes, gpuInstanceId)),
  }
}

/** Where the driver lists no processes, but others tell what engines hold of the card. */
function toldHolders(
  { gpu, holders }: MemoryPool,
  workloads: readonly AttributedWorkload[],
): MemoryPool['holders'] {
  const shares = sharesOn(gpu.uuid, workloads)
  if (shares.length === 0) return holders
  return known(
    shares.map(({ workload: { id }, usedBytes }) => ({ workload: id, usedBytes, isGraphics: false })),
  )
}

function poolKey(uuid: string, gpuInstanceId: number | undefined): string {
  return gpuInstanceId === undefined ? uuid : `${uuid}/${gpuInstanceId}`
}

function holdersOf(
  processes: readonly GpuProcessState[],
  gpuInstanceId: number | undefined,
): readonly Holder[] {
  const here = processes.filter((process) => valueOr(process.gpuInstanceId, undefined) === gpuInstanceId)
  return [...grouped(here, ({ workload }) => workload)].map(([workload, its]) => ({
    workload,
    usedBytes: sumOfKnown(its.map(({ usedBytes }) => usedBytes)),
    isGraphics: its.every(({ type }) => type.includes('G')),
  }))
}
