import { both, known, map, missing, sum, valueOr } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'
import type { Frame, GpuState } from '../model/frame.ts'
import { oncePerFrame } from './once-per-frame.ts'
import type { DeviceMemory } from '../model/snapshot.ts'
import type { Slices, Workload } from '../model/workload.ts'

/** What a stretch of the memory bar stands for, in the order in which the bar shows them. */
export const SLICE_KINDS = [
  'weights',
  'kvUsed',
  'kvReserved',
  'activations',
  'dynamic',
  'undivided',
  'others',
  'unowned',
  'free',
  'reserved',
] as const
export type SliceKind = (typeof SLICE_KINDS)[number]

export type SliceBytes = Readonly<Partial<Record<SliceKind, number>>>

/** A GPU's memory as the bar shows it. The slices sum to `totalBytes`; they are empty where used or total is unknown. */
export interface MemoryPicture {
  readonly totalBytes: Reading<number>
  /** Total less what the driver keeps: what programs can get. */
  readonly limitBytes: Reading<number>
  readonly usedBytes: Reading<number>
  readonly slices: SliceBytes
  /** Used when every workload here stands at its predicted ceiling and the others stay as they are. */
  readonly ceilingBytes: Reading<number>
}

/** Divides a GPU's memory among what holds it; a unified GPU shows the host's pool. */
export function gpuMemory(gpu: GpuState, frame: Frame): MemoryPicture {
  return picturesOf(frame).get(gpu) ?? divided(gpu, frame)
}

const picturesOf = oncePerFrame((frame) => new Map(frame.gpus.map((gpu) => [gpu, divided(gpu, frame)])))

function divided(gpu: GpuState, frame: Frame): MemoryPicture {
  const memory = memoryOf(gpu, frame)
  const here = frame.workloads.filter(
    (workload) => workload.engine !== 'unknown' && bytesOn(workload, gpu).kind === 'known',
  )
  const others = both(memory.usedBytes, gpu.attributedBytes, (used, attributed) => used - attributed)
  return {
    totalBytes: memory.totalBytes,
    limitBytes: limitOf(memory),
    usedBytes: memory.usedBytes,
    slices: slicesOf(
      memory,
      valueOr(
        map(gpu.attributedBytes, () => usedSlices(gpu, here, others)),
        undefined,
      ),
    ),
    ceilingBytes:
      here.length === 0 ? missing('not-reported') : sum([...here.map((w) => ceilingOn(w, gpu)), others]),
  }
}

/** The memory of a MIG slice, which nobody divides further. */
export function plainMemory(memory: DeviceMemory): MemoryPicture {
  return {
    totalBytes: memory.totalBytes,
    limitBytes: limitOf(memory),
    usedBytes: memory.usedBytes,
    slices: slicesOf(memory, undefined),
    ceilingBytes: missing('not-reported'),
  }
}

/** What a workload holds on a GPU; missing where it holds nothing there or the driver does not say. */
export function bytesOn(workload: Workload, gpu: { readonly uuid: string }): Reading<number> {
  return workload.memory.perGpu.find((entry) => entry.uuid === gpu.uuid)?.usedBytes ?? missing('not-reported')
}

/** The memory that a GPU's processes share: its own, or the host's where both are one. */
export function memoryOf(gpu: GpuState, frame: Frame): DeviceMemory {
  return gpu.unifiedMemory ? hostPool(frame) : gpu.memory
}

function hostPool(frame: Frame): DeviceMemory {
  const { totalBytes, availableBytes } = frame.hostMemory
  return {
    totalBytes,
    reservedBytes: known(0, 'derived'),
    usedBytes: both(totalBytes, availableBytes, (total, available) => total - available),
    freeBytes: availableBytes,
  }
}

/** Total less what the driver keeps. */
export function limitOf(memory: DeviceMemory): Reading<number> {
  return map(memory.totalBytes, (total) => total - valueOr(memory.reservedBytes, 0))
}

// Whatever the parts say, the bar adds up: used is given out in order, and what is left of it is undivided.
function slicesOf(memory: DeviceMemory, wanted: SliceBytes | undefined): SliceBytes {
  if (memory.totalBytes.kind === 'missing' || memory.usedBytes.kind === 'missing') return {}
  const total = memory.totalBytes.value
  const used = Math.min(memory.usedBytes.value, total)
  const reserved = Math.min(valueOr(memory.reservedBytes, 0), total - used)
  const division = divide(used, Object.entries(wanted ?? {}))
  return { ...division, reserved, free: total - reserved - used }
}

function divide(used: number, wanted: readonly (readonly [string, number])[]): SliceBytes {
  const given: Record<string, number> = {}
  let left = used
  for (const [kind, bytes] of wanted) {
    given[kind] = Math.min(left, Math.max(0, bytes))
    left -= given[kind]
  }
  return { ...given, undivided: (given['undivided'] ?? 0) + left }
}

function usedSlices(gpu: GpuState, here: readonly Workload[], others: Reading<number>): SliceBytes {
  const parts = here.map((workload) => split(workload, gpu))
  const total = (kind: keyof WorkloadSlices) => parts.reduce((bytes, part) => bytes + part[kind], 0)
  const unowned = valueOr(gpu.unownedBytes, 0)
  return {
    weights: total('weights'),
    kvUsed: total('kvUsed'),
    kvReserved: total('kvReserved'),
    activations: total('activations'),
    dynamic: total('dynamic'),
    undivided: total('undivided'),
    others: Math.max(0, valueOr(others, 0) - unowned),
    unowned,
  }
}

type WorkloadSlices = Record<
  'weights' | 'kvUsed' | 'kvReserved' | 'activations' | 'dynamic' | 'undivided',
  number
>

// Where only the slices of all GPUs together are known, a workload is divided on each of them as it is as a whole.
function split(workload: Workload, gpu: GpuState): WorkloadSlices {
  const bytes = valueOr(bytesOn(workload, gpu), 0)
  const { slices, share } = slicesOn(workload, gpu, bytes)
  const { weightsBytes, kvBytes, stateBytes } = slices
  const weights = valueOr(weightsBytes, 0) * share
  const cache = (valueOr(kvBytes, 0) + valueOr(stateBytes, 0)) * share
  const usedCache = cache * usedRatio(workload)
  const rest = Math.max(0, bytes - weights - cache)
  const kind = restOf(weightsBytes.kind === 'known', kvBytes.kind === 'known')
  return { ...NO_SLICES, weights, kvUsed: usedCache, kvReserved: cache - usedCache, [kind]: rest }
}

function slicesOn(
  { memory }: Workload,
  { uuid }: GpuState,
  bytes: number,
): { readonly slices: Slices; readonly share: number } {
  const own = memory.perGpu.find((entry) => entry.uuid === uuid)?.slices
  if (own?.weightsBytes.kind === 'known') return { slices: own, share: 1 }
  return { slices: memory.slices, share: bytes / Math.max(1, valueOr(memory.usedBytes, bytes)) }
}

// Beside weights and KV: activations and overhead. Beside weights alone: KV and activations, which move together.
// Without weights nobody knows what it is.
function restOf(hasWeights: boolean, hasKv: boolean): 'activations' | 'dynamic' | 'undivided' {
  if (!hasWeights) return 'undivided'
  return hasKv ? 'activations' : 'dynamic'
}

const NO_SLICES: WorkloadSlices = {
  weights: 0,
  kvUsed: 0,
  kvReserved: 0,
  activations: 0,
  dynamic: 0,
  undivided: 0,
}

// A pool whose use is unknown is reserved for certain; KV that grows on demand is in use by definition.
function usedRatio(workload: Workload): number {
  const onDemand = valueOr(workload.kv.growth, undefined) === 'on-demand'
  return Math.min(1, Math.max(0, valueOr(workload.kv.usedRatio, onDemand ? 1 : 0)))
}

function ceilingOn(workload: Workload, gpu: GpuState): Reading<number> {
  if (workload.ceiling.kind === 'missing') return workload.ceiling
  const entry = workload.ceiling.value.perGpu.find(({ uuid }) => uuid === gpu.uuid)
  return entry === undefined ? missing('not-reported') : known(entry.bytes, 'derived')
}
