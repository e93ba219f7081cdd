import { known } from '../core/reading.ts'
import { printable } from '../core/text.ts'
import { at, COUNT, listAt, MEMORY, readNumber, readText } from './nvidia-smi-value.ts'
import type { Fault } from '../core/fault.ts'
import type { Reading } from '../core/reading.ts'
import type { GpuProcess } from '../model/snapshot.ts'
import type { XmlNode } from './nvidia-smi-xml.ts'

export interface GpuProcesses {
  readonly processes: Reading<readonly GpuProcess[]>
  readonly faults: readonly Fault[]
}

/**
 * The process list of a `<gpu>`. An empty list is known to be empty; `N/A` and an absent list are missing. The branch
 * 340 has `compute_processes`, whose entries have no type. An entry without a pid is a fault.
 */
export function parseGpuProcesses(gpu: XmlNode, busId: string): GpuProcesses {
  const list = at(gpu, 'processes') ?? at(gpu, 'compute_processes')
  if (list === '') return { processes: known([]), faults: [] }
  if (list === undefined || typeof list === 'string') {
    const said = readText(list)
    return {
      processes: said.kind === 'missing' ? said : { kind: 'missing', reason: 'malformed' },
      faults: [],
    }
  }
  const entries = listAt(list, 'process_info').map(parseProcess)
  const processes = entries.filter((entry) => entry !== undefined)
  const fault: Fault = {
    kind: 'malformed',
    part: 'nvidia-smi',
    where: `a process of GPU ${busId}`,
    found: 'no pid',
  }
  return { processes: known(processes), faults: entries.length > processes.length ? [fault] : [] }
}

function parseProcess(node: XmlNode): GpuProcess | undefined {
  const pid = readNumber(at(node, 'pid'), COUNT)
  if (pid.kind === 'missing') return undefined
  return {
    pid: pid.value,
    type: wordsAt(node, 'type') ?? 'C',
    name: wordsAt(node, 'process_name') ?? '',
    usedBytes: readNumber(at(node, 'used_memory'), MEMORY),
    gpuInstanceId: readNumber(at(node, 'gpu_instance_id'), COUNT),
    computeInstanceId: readNumber(at(node, 'compute_instance_id'), COUNT),
  }
}

// as they stand: a process may be named [Not Found] or [Insufficient Permissions], and that is worth seeing
function wordsAt(node: XmlNode, name: string): string | undefined {
  const text = at(node, name)
  return typeof text === 'string' ? printable(text) : undefined
}
