import { formatBytes } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import { gibibytes, mebibytes } from '../../core/units.ts'
import type { Advice } from '../../model/risk.ts'
import { engineOf } from '../../engines/index.ts'
import { changeFlags, shellCommand } from '../../engines/flags/change-flags.ts'
import { maskArguments } from '../../parse/mask-secrets.ts'
import type { JudgedWorkload } from '../judged.ts'
import { idleHolders, stopHolder } from './idle-holders.ts'
import type { AdviceSituation } from './situation.ts'

/** Against a host that runs out of memory: idle holders, caches that may shrink, the limit of the control group. */
export function adviseOnHost({ workload, workloads, findings }: AdviceSituation): readonly Advice[] {
  const others = workloads.filter(({ id }) => id !== workload?.id)
  const idle = idleHolders(others, ({ memory }) => valueOr(memory.residentBytes, 0)).map(stopHolder)
  return [
    ...idle,
    ...(workload === undefined ? [] : smallerCaches(workload)),
    ...(findings.cgroup === undefined ? [] : raiseLimit(findings.cgroup, limitOf(workload))),
  ]
}

// llama-server's own default: --cache-ram 8192 (MiB)
const PROMPT_CACHE_BYTES = gibibytes(8)
const SMALL_CACHE_MIB = 1024

/** llama-server keeps prompts that nobody may ask for again, and checkpoints of them. */
function smallerCaches({ engine, command, estimated }: JudgedWorkload): readonly Advice[] {
  if (engine !== 'llama.cpp' || command.length === 0) return []
  const settings = estimated.kind === 'known' ? estimated.value.input.settings : undefined
  const present = settings?.cacheRamBytes ?? PROMPT_CACHE_BYTES
  if (present >= 0 && present <= mebibytes(SMALL_CACHE_MIB)) return []
  const freed = present < 0 ? undefined : present - mebibytes(SMALL_CACHE_MIB)
  const changes = [{ names: ['--cache-ram', '-cram'], value: String(SMALL_CACHE_MIB) }] as const
  const size = present < 0 ? 'without limit' : `up to ${formatBytes(present)}`
  return [
    {
      action: `a smaller cache of prompts (now ${size})`,
      command: shellCommand(changeFlags(maskArguments(command), engine, changes)),
      freesBytes: freed,
      addsTokens: undefined,
      restart: true,
      quality: `${engineOf(engine).label} reads more prompts anew`,
    },
  ]
}

function limitOf(workload: JudgedWorkload | undefined): number | undefined {
  return workload?.cgroup.kind === 'known' ? workload.cgroup.value.limitBytes : undefined
}

const MORE_RATIO = 1.25

/** Where systemd or Docker set it, it can be raised while all runs; a pod's is a part of its specification. */
function raiseLimit(path: string, limitBytes: number | undefined): readonly Advice[] {
  const gib = limitBytes === undefined ? undefined : Math.ceil((limitBytes * MORE_RATIO) / gibibytes(1))
  const owner = ownerOf(path)
  return [
    {
      action: `raise the memory limit of ${owner.name}${gib === undefined ? '' : ` to ${gib} GiB`}, if the host has room`,
      command: gib === undefined ? undefined : owner.raise?.(gib),
      freesBytes: gib === undefined || limitBytes === undefined ? undefined : gibibytes(gib) - limitBytes,
      addsTokens: undefined,
      restart: owner.raise === undefined,
      quality: undefined,
    },
  ]
}

interface LimitOwner {
  readonly name: string
  /** Undefined where it takes a new start. */
  readonly raise: ((gib: number) => string) | undefined
}

/**
 * Who set the limit of a group. Sources: systemctl(1) set-property; docker update: a limit on memory and swap together
 * that is lower than the one on memory is refused, so both are set.
 */
function ownerOf(path: string): LimitOwner {
  if (path.includes('kubepods')) return { name: 'the container (resources.limits.memory)', raise: undefined }
  const container = /docker[-/]([0-9a-f]{12})[0-9a-f]*(?:\.scope)?$/.exec(path)?.[1]
  if (container !== undefined)
    return {
      name: `container ${container}`,
      raise: (gib) => `docker update --memory ${gib}g --memory-swap -1 ${container}`,
    }
  const unit = /([^/]+\.(?:service|slice|scope))$/.exec(path)?.[1]
  if (unit === undefined) return { name: path, raise: undefined }
  const manager = /\/user@\d+\.service\/./.test(path) ? 'systemctl --user' : 'sudo systemctl'
  return { name: unit, raise: (gib) => `${manager} set-property ${unit} MemoryMax=${gib}G` }
}
