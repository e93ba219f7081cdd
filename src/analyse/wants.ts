import { seconds } from '../core/units.ts'
import { partNames, type Want } from '../model/want.ts'
import { askable } from '../engines/address.ts'
import { ENGINE_COMMS } from '../engines/index.ts'
import { PROXY_COMMS } from '../parse/published-port.ts'
import { wantsOn } from './ask-engine.ts'
import { cgroupWants } from './cgroups.ts'
import type { ClaimedGroup } from './claims.ts'
import { logWants } from './engine-logs.ts'
import { largestListed } from './host.ts'
import type { Memory } from './memory.ts'
import { mpsWants } from './vram-limits.ts'

const PROCESS_BYTES = 64 * 1024
/** Before what is known of a process without a GPU is given up (`observe`). */
const LOOK_AGAIN_MS = seconds(10)

/** What the judgement would like to see next: of engines, and of the processes that every sample does not hold. */
export function wantsOf(memory: Memory, groups: readonly ClaimedGroup[]): readonly Want[] {
  const wants = [
    // what they take of the CPU, and their commands
    ...largestListed(memory).map(({ pid }) => process(pid, LOOK_AGAIN_MS)),
    ...memory.processList
      .filter(({ comm }) => ENGINE_COMMS.has(comm))
      .map(({ pid }) => process(pid, LOOK_AGAIN_MS)),
    ...groups.flatMap(ramOnly),
    ...groups.flatMap(({ claim }) => askable(wantsOn(claim, memory.answers), memory.answers)),
    ...cgroupWants(
      groups.map(({ claim }) => claim.root.pid),
      memory.answers,
    ),
    ...mpsWants(memory.gpuDocument?.document.gpus ?? []),
    ...groups.flatMap((group) => logWants(group, memory.answers)),
    ...proxiesOf(memory, groups),
  ]
  return [...new Map(wants.map((want) => [partNames(want).join(), want])).values()]
}

/** A GPU process is in every sample; what runs in RAM alone is not. */
function ramOnly({ claim, holdings, helpers }: ClaimedGroup): readonly Want[] {
  if (holdings.length > 0) return []
  return [process(claim.root.pid, 'tick'), ...helpers.map((pid) => process(pid, LOOK_AGAIN_MS))]
}

/** Who publishes the ports of containers: its command line says which. */
function proxiesOf({ processList }: Memory, groups: readonly ClaimedGroup[]): readonly Want[] {
  if (groups.every(({ claim }) => claim.root.container === undefined)) return []
  return processList.filter(({ comm }) => PROXY_COMMS.has(comm)).map(({ pid }) => process(pid, LOOK_AGAIN_MS))
}

function process(pid: number, every: Want['every']): Want {
  return { kind: 'process', pid, every, maxBytes: PROCESS_BYTES }
}
