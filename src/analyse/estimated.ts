import { known, missing, type Reading } from '../core/reading.ts'
import { estimate } from '../estimate/estimate.ts'
import type { Estimate, EstimateInput } from '../estimate/estimate-types.ts'
import type { EngineSettings } from '../estimate/settings.ts'
import type { GpuCapacity } from '../estimate/topology.ts'
import type { EngineReport } from '../engines/engine.ts'
import type { DeviceMemory, Gpu } from '../model/snapshot.ts'
import type { Holding } from './claims.ts'

/** What the estimator makes of a running workload on the devices that it holds memory of, with what it was told. */
export interface WorkloadEstimate {
  readonly input: EstimateInput
  readonly estimate: Estimate
  /** The devices of `input.topology.gpus` and of the entries of `estimate.perGpu`, in their order. */
  readonly devices: readonly Device[]
}

/** A card, or a MIG instance of one. */
export interface Device {
  readonly uuid: string
  readonly gpuInstanceId: number | undefined
}

/** Missing where the model's shape is not known; a workload without any GPU is estimated on the host alone. */
export function estimateOn(
  { known: input }: EngineReport,
  holdings: readonly Holding[],
  gpus: readonly Gpu[],
): Reading<WorkloadEstimate> {
  if (input === undefined) return missing('not-reported', "its model's shape is not known")
  const devices = devicesOf(holdings, gpus)
  const topology = {
    gpus: devices.flatMap((device) => capacityOf(device, gpus)),
    host: { totalBytes: UNASKED, availableBytes: UNASKED },
  }
  const settings: EngineSettings = devices.length === 0 ? { ...input.settings, gpuLayers: 0 } : input.settings
  const whole: EstimateInput = { ...input.shape, settings, topology }
  return known({ input: whole, estimate: remembered(whole), devices }, 'derived')
}

/** Whether a line of a card's process list stands on this device. */
export function isOn(device: Device, { gpuUuid, process }: Holding): boolean {
  return device.uuid === gpuUuid && device.gpuInstanceId === instanceOf(process)
}

function devicesOf(holdings: readonly Holding[], gpus: readonly Gpu[]): readonly Device[] {
  const order = new Map(gpus.map(({ uuid, index }) => [uuid, index]))
  const devices = new Map(
    holdings.map(({ gpuUuid, process }): [string, Device] => {
      const gpuInstanceId = instanceOf(process)
      return [`${gpuUuid}/${gpuInstanceId ?? ''}`, { uuid: gpuUuid, gpuInstanceId }]
    }),
  )
  return [...devices.values()].sort(
    (a, b) =>
      (order.get(a.uuid) ?? 0) - (order.get(b.uuid) ?? 0) || (a.gpuInstanceId ?? 0) - (b.gpuInstanceId ?? 0),
  )
}

function instanceOf({ gpuInstanceId }: Holding['process']): number | undefined {
  return gpuInstanceId.kind === 'known' ? gpuInstanceId.value : undefined
}

function capacityOf(device: Device, gpus: readonly Gpu[]): readonly GpuCapacity[] {
  const gpu = gpus.find(({ uuid }) => uuid === device.uuid)
  if (gpu === undefined) return []
  const { totalBytes, reservedBytes } = memoryOf(device, gpu)
  const { name, unifiedMemory } = gpu
  return [{ name: known(name), totalBytes, reservedBytes, freeBytes: UNASKED, unifiedMemory }]
}

/** Of its MIG instance, where it is in one. */
function memoryOf({ gpuInstanceId }: Device, { memory, mig }: Gpu): DeviceMemory {
  return mig.devices.find((instance) => instance.gpuInstanceId === gpuInstanceId)?.memory ?? memory
}

const UNASKED = missing('not-reported')

// the same question comes with every tick; what is remembered follows from it alone
const ESTIMATES = new WeakMap<object, Map<string, Estimate>>()
const MOST_REMEMBERED = 16

function remembered(input: EstimateInput): Estimate {
  const { architecture, weights, settings, topology, reported } = input
  const stored = weights.kind === 'tensors' ? weights.layout.totalBytes : weights
  const key = JSON.stringify([settings, topology, stored, reported])
  const estimates = ESTIMATES.get(architecture) ?? new Map<string, Estimate>()
  const present = estimates.get(key)
  if (present !== undefined) return present
  const made = estimate(input)
  if (estimates.size >= MOST_REMEMBERED) estimates.clear()
  ESTIMATES.set(architecture, estimates.set(key, made))
  return made
}
