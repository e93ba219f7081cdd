import { known, missing, type Reading } from '../core/reading.ts'
import type { CgroupMemory } from '../model/snapshot.ts'
import type { CGROUP_FILES } from '../model/want.ts'

export type CgroupFile = (typeof CGROUP_FILES)[number]

/** The texts of a control group's files; one that is not there is undefined. */
export type CgroupTexts = Readonly<Record<CgroupFile, string | undefined>>

/** Reads a group of version 2 (kernel documentation, admin-guide/cgroup-v2); missing where it limits nothing. */
export function parseCgroupMemory(path: string, texts: CgroupTexts): Reading<CgroupMemory> {
  const limit = texts['memory.max']?.trim()
  if (limit === undefined) return missing('not-reported')
  if (limit === 'max') return missing('not-supported', NO_LIMIT)
  if (!/^\d{1,19}$/.test(limit)) return missing('malformed', limit.slice(0, 40))
  return known({
    path,
    limitBytes: Number(limit),
    heldBytes: heldIn(texts['memory.stat'] ?? ''),
    currentBytes: numberIn(texts['memory.current'] ?? '', /^(\d{1,19})\s*$/),
    oomKills: numberIn(texts['memory.events'] ?? '', /^oom_kill (\d{1,15})$/m),
  })
}

export const NO_LIMIT = 'it has no limit'

/** The file of version 1 that says the same. */
export const VERSION_1_FILES: Readonly<Record<CgroupFile, string>> = {
  'memory.max': 'memory.limit_in_bytes',
  'memory.current': 'memory.usage_in_bytes',
  'memory.stat': 'memory.stat',
  'memory.events': 'memory.oom_control',
}

/** The text of a file of version 1, as version 2 would have it (kernel documentation, admin-guide/cgroup-v1/memory). */
export function asVersion2(file: CgroupFile, text: string): string {
  switch (file) {
    case 'memory.max':
      // no limit is the largest number of pages, in bytes
      return Number(text) >= 2 ** 62 ? 'max\n' : text
    case 'memory.stat':
      return STAT_TWINS.map(([key, twin]) => lineOf(text, twin, key)).join('')
    case 'memory.current':
      return text
    case 'memory.events':
      return lineOf(text, 'oom_kill', 'oom_kill')
  }
}

/** The lines of memory.stat that are read, of the forty that there are. */
export function reduceMemoryStat(text: string): string {
  return STAT_KEYS.map((key) => lineOf(text, key, key)).join('')
}

// with the descendants: what version 2 always counts
const STAT_TWINS = [
  ['anon', 'total_rss'],
  ['shmem', 'total_shmem'],
  ['unevictable', 'total_unevictable'],
] as const

const STAT_KEYS = [
  ...['anon', 'shmem', 'unevictable', 'kernel', 'sock', 'slab_reclaimable'],
  ...['kernel_stack', 'pagetables', 'percpu', 'slab_unreclaimable'],
]

function lineOf(text: string, key: string, newKey: string): string {
  const value = new RegExp(`^${key} (\\d{1,19})$`, 'm').exec(text)?.[1]
  return value === undefined ? '' : `${newKey} ${value}\n`
}

/**
 * What can't be given back: anonymous and shared memory, locked file pages (what is unevictable beyond the two) and the
 * kernel's own, without the caches that it would drop.
 */
function heldIn(stat: string): Reading<number> {
  const of = (key: string): number | undefined => {
    const value = new RegExp(`^${key} (\\d{1,19})$`, 'm').exec(stat)?.[1]
    return value === undefined ? undefined : Number(value)
  }
  const anon = of('anon')
  if (anon === undefined) return missing('not-reported')
  const process = anon + (of('shmem') ?? 0)
  const locked = Math.max(0, (of('unevictable') ?? 0) - process)
  return known(process + locked + kernelBytes(of), 'derived')
}

/** One number since kernel 5.18, its parts before. */
function kernelBytes(of: (key: string) => number | undefined): number {
  const kernel = of('kernel')
  const parts = ['kernel_stack', 'pagetables', 'percpu', 'slab_unreclaimable'].map((key) => of(key) ?? 0)
  const unreclaimable =
    kernel === undefined
      ? parts.reduce((sum, part) => sum + part, 0)
      : Math.max(0, kernel - (of('slab_reclaimable') ?? 0))
  return unreclaimable + (of('sock') ?? 0)
}

function numberIn(text: string, pattern: RegExp): Reading<number> {
  const found = pattern.exec(text)?.[1]
  return found === undefined ? missing('not-reported') : known(Number(found))
}
