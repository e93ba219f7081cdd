import { known, missing, valueOr } from '../core/reading.ts'
import { lastLine, printable } from '../core/text.ts'
import { parseMigDevices } from './nvidia-smi-mig.ts'
import { readMemory, sharesHostMemory } from './nvidia-smi-memory.ts'
import { parseGpuProcesses } from './nvidia-smi-process.ts'
import { readSensors } from './nvidia-smi-sensors.ts'
import { at, firstTold, readFlag, readText } from './nvidia-smi-value.ts'
import type { Fault } from '../core/fault.ts'
import type { Reading } from '../core/reading.ts'
import type { Gpu } from '../model/snapshot.ts'
import type { XmlNode } from './nvidia-smi-xml.ts'

/** What one `<gpu>` block holds: a GPU, or none and why; what is wrong in its lists stands beside it. */
export interface GpuBlock {
  readonly gpu: Gpu | undefined
  readonly faults: readonly Fault[]
}

/** Reads one `<gpu>` block, of which the XML parser has made this node, as the GPU with this index. */
export function parseGpuBlock(text: string, node: XmlNode, index: number): GpuBlock {
  const busId = busIdOf(text) || valueOr(readText(at(node, 'pci', 'pci_bus_id')), `#${index}`)
  const uuid = readUuid(node, busId)
  if (uuid.kind === 'missing')
    return { gpu: undefined, faults: [describeUnreadable(node, busId, uuid.detail)] }

  const name = readText(at(node, 'product_name'))
  const memory = readMemory(node)
  const mig = parseMigDevices(node, busId)
  const list = parseGpuProcesses(node, busId)
  const gpu: Gpu = {
    index,
    uuid: uuid.value,
    name: valueOr(name, 'unknown GPU'),
    busId,
    architecture: readText(at(node, 'product_architecture')),
    unifiedMemory: sharesHostMemory(valueOr(name, ''), memory),
    persistenceMode: readFlag(at(node, 'persistence_mode')),
    driverModel: readText(at(node, 'driver_model', 'current_dm')),
    memory,
    ...readSensors(node),
    recoveryAction: readRecoveryAction(node),
    mig: { enabled: readFlag(at(node, 'mig_mode', 'current_mig')), devices: mig.devices },
    processes: list.processes,
  }
  return { gpu, faults: [...mig.faults, ...list.faults] }
}

/** The bus id in the opening tag of a block, also of one whose tags don't pair up; '' where it is not. */
export function busIdOf(text: string): string {
  return printable(/^<gpu\s+id\s*=\s*"([^"<>]{1,40})"/.exec(text)?.[1] ?? '')
}

// A card that has none is known by its bus id. Files that people share have it masked, but blanks and what belongs to
// tags never stand in it.
function readUuid(node: XmlNode, busId: string): Reading<string> {
  const uuid = readText(at(node, 'uuid'))
  if (uuid.kind === 'missing') return uuid.reason === 'not-supported' ? known(busId, 'derived') : uuid
  return /^[\w.:[\]-]{1,96}$/.test(uuid.value) ? uuid : missing('malformed', lastLine(uuid.value, 40))
}

function describeUnreadable(node: XmlNode, busId: string, said: string | undefined): Fault {
  if (node === undefined)
    return { kind: 'malformed', part: 'nvidia-smi', where: `GPU ${busId}`, found: 'unpaired tags' }
  return { kind: 'gpu-unreadable', gpu: busId, text: said ?? 'no uuid' }
}

// drivers before about 560 give two flags instead of the action
function readRecoveryAction(node: XmlNode): Reading<string> {
  const action = readText(at(node, 'gpu_recovery_action'))
  const reset = readText(at(node, 'gpu_reset_status', 'reset_required'))
  const drain = readText(at(node, 'gpu_reset_status', 'drain_and_reset_recommended'))
  if (action.kind === 'known') return action
  if (valueOr(reset, '') === 'Yes') return known('Reset', 'derived')
  if (valueOr(drain, '') === 'Yes') return known('Drain and Reset', 'derived')
  if (valueOr(reset, '') === 'No') return known('None', 'derived')
  return firstTold(action, missing(reset.kind === 'missing' ? reset.reason : 'malformed'))
}
