import { readMemory } from './nvidia-smi-memory.ts'
import { at, COUNT, listAt, readNumber } from './nvidia-smi-value.ts'
import type { Fault } from '../core/fault.ts'
import type { MigDevice } from '../model/snapshot.ts'
import type { XmlNode } from './nvidia-smi-xml.ts'

export interface MigDevices {
  readonly devices: readonly MigDevice[]
  readonly faults: readonly Fault[]
}

/** The MIG devices of a `<gpu>`; none where the mode is off. One whose ids can't be read is a fault. */
export function parseMigDevices(gpu: XmlNode, busId: string): MigDevices {
  const devices: MigDevice[] = []
  const faults: Fault[] = []
  for (const node of listAt(at(gpu, 'mig_devices'), 'mig_device')) {
    const index = readNumber(at(node, 'index'), COUNT)
    const gpuInstanceId = readNumber(at(node, 'gpu_instance_id'), COUNT)
    const computeInstanceId = readNumber(at(node, 'compute_instance_id'), COUNT)
    if (index.kind === 'known' && gpuInstanceId.kind === 'known' && computeInstanceId.kind === 'known') {
      devices.push({
        index: index.value,
        gpuInstanceId: gpuInstanceId.value,
        computeInstanceId: computeInstanceId.value,
        memory: readMemory(node),
      })
    } else {
      faults.push({
        kind: 'malformed',
        part: 'nvidia-smi',
        where: `a MIG device of GPU ${busId}`,
        found: 'no ids',
      })
    }
  }
  return { devices, faults }
}
