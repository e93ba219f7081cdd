import { map, type Reading } from '../../core/reading.ts'
import type { GpuState } from '../../model/frame.ts'
import type { DeviceMemory, MigDevice } from '../../model/snapshot.ts'
import { seriesOf, type Metric } from './metric.ts'

/** What the driver says of each card and MIG instance. */
export const GPU_METRICS: readonly Metric[] = [
  {
    name: 'llmtop_gpu_info',
    type: 'info',
    help: 'Name of the GPU and version of its driver; the value is always 1.',
    group: 'GPU',
    labels: ['gpu', 'uuid', 'model_name', 'driver_version'],
    merge: 'max',
    series: ({ gpus, driver }) =>
      gpus.map((gpu) => ({
        labels: [...identity(gpu), gpu.name, driver.version.kind === 'known' ? driver.version.value : ''],
        value: 1,
      })),
  },
  gpuMemory('total', 'Memory of the GPU, as the driver counts it.'),
  gpuMemory('used', 'Memory in use, without what the driver reserves for itself.'),
  gpuMemory('free', 'Memory that can still be allocated.'),
  gpuMemory('reserved', 'Memory that the driver reserves for itself (drivers before 510 do not report it).'),
  ofGpu(
    'llmtop_gpu_unowned_bytes',
    'bytes',
    'Memory in use that no listed process holds.',
    (gpu) => gpu.unownedBytes,
  ),
  ofGpu('llmtop_gpu_utilization_ratio', 'ratio', 'Share of the last period in which a kernel ran.', (gpu) =>
    map(gpu.utilization.gpuPercent, (percent) => percent / 100),
  ),
  ofGpu('llmtop_gpu_temperature_celsius', 'celsius', 'Core temperature.', (gpu) => gpu.temperatureCelsius),
  ofGpu('llmtop_gpu_power_watts', 'watts', 'Power drawn.', (gpu) => gpu.powerWatts),
  migMemory('total', 'Memory of the MIG instance.'),
  migMemory('used', 'Memory in use in the MIG instance.'),
]

/** `gpu` is for people and may change with the slot; `uuid` is the identity. */
export function identity(gpu: Pick<GpuState, 'index' | 'uuid'>): readonly string[] {
  return [String(gpu.index), gpu.uuid]
}

type MemoryPart = 'total' | 'used' | 'free' | 'reserved'

function gpuMemory(part: MemoryPart, help: string): Metric {
  return ofGpu(`llmtop_gpu_memory_${part}_bytes`, 'bytes', help, (gpu) => memoryPart(gpu.memory, part))
}

function memoryPart(memory: DeviceMemory, part: MemoryPart): Reading<number> {
  return memory[`${part}Bytes`]
}

function ofGpu(
  name: Metric['name'],
  unit: NonNullable<Metric['unit']>,
  help: string,
  read: (gpu: GpuState) => Reading<number>,
): Metric {
  return {
    name,
    type: 'gauge',
    unit,
    help,
    group: 'GPU',
    labels: ['gpu', 'uuid'],
    merge: 'max',
    series: ({ gpus }) => gpus.flatMap((gpu) => seriesOf(identity(gpu), read(gpu))),
  }
}

function migMemory(part: 'total' | 'used', help: string): Metric {
  return {
    name: `llmtop_mig_memory_${part}_bytes`,
    type: 'gauge',
    unit: 'bytes',
    help,
    group: 'GPU',
    labels: ['gpu', 'uuid', 'gpu_instance', 'compute_instance'],
    merge: 'max',
    series: ({ gpus }) =>
      gpus.flatMap((gpu) =>
        gpu.mig.devices.flatMap((device) =>
          seriesOf([...identity(gpu), ...instance(device)], memoryPart(device.memory, part)),
        ),
      ),
  }
}

function instance({ gpuInstanceId, computeInstanceId }: MigDevice): readonly string[] {
  return [String(gpuInstanceId), String(computeInstanceId)]
}
