import { missing } from '../core/reading.ts'
import type { Gpu, GpuProcess, HostProcess } from '../model/snapshot.ts'
import type { Claim } from '../engines/engine.ts'
import { claimFor } from '../engines/index.ts'
import { familyOf, type ProcessBook } from './processes.ts'

/** One engine instance with every process of it that holds GPU memory. */
export interface ClaimedGroup {
  /** `vllm:4200`. */
  readonly id: string
  readonly claim: Claim
  readonly holdings: readonly Holding[]
}

/** A line of a GPU's process list, with the card it stands on. */
export interface Holding {
  readonly gpuUuid: string
  readonly process: GpuProcess
}

/** Every GPU process under the engine instance that claims it, in the order in which the driver lists them. */
export function groupByClaim(gpus: readonly Gpu[], book: ProcessBook): readonly ClaimedGroup[] {
  const groups = new Map<string, ClaimedGroup>()
  for (const holding of holdingsOf(gpus)) {
    const claim = claimOn(holding.process, book)
    const id = `${claim.engine}:${claim.root.pid}`
    const present = groups.get(id)
    groups.set(id, { id, claim, holdings: [...(present?.holdings ?? []), holding] })
  }
  return [...groups.values()]
}

export function holdingsOf(gpus: readonly Gpu[]): readonly Holding[] {
  return gpus.flatMap((gpu) =>
    gpu.processes.kind === 'known'
      ? withoutShadows(gpu.processes.value).map((process) => ({ gpuUuid: gpu.uuid, process }))
      : [],
  )
}

/**
 * Under MIG the driver may list a pid twice on one card: once in its instance and once without one
 * (seen on an A100 with driver 535). The line without an instance is the other one's shadow.
 */
function withoutShadows(processes: readonly GpuProcess[]): readonly GpuProcess[] {
  const inInstance = new Set(
    processes.filter((process) => process.gpuInstanceId.kind === 'known').map(({ pid }) => pid),
  )
  return processes.filter((process) => process.gpuInstanceId.kind === 'known' || !inInstance.has(process.pid))
}

function claimOn(process: GpuProcess, book: ProcessBook): Claim {
  const family = familyOf(book, process.pid)
  const seen = family.length > 0 ? family : [onlyNamed(process)]
  return claimFor(seen) ?? { engine: 'unknown', root: onlyNamed(process) }
}

/** What is known of a process that /proc does not show (a log, another PID namespace): the driver's name for it. */
function onlyNamed(process: GpuProcess): HostProcess {
  const no = missing('not-reported')
  return {
    pid: process.pid,
    parentPid: 0,
    startTicks: 0,
    comm: process.name,
    command: [process.name],
    user: no,
    residentBytes: no,
    cpuPercent: no,
    container: undefined,
  }
}
