import { kibibytes } from '../core/units.ts'
import { known, missing } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'

/** What /proc/meminfo says of the host's memory, in bytes. */
export interface Meminfo {
  readonly totalBytes: Reading<number>
  /** What new programs can take without swapping. Kernels before 3.14 do not report it. */
  readonly availableBytes: Reading<number>
  readonly freeBytes: Reading<number>
  readonly swapTotalBytes: Reading<number>
  readonly swapFreeBytes: Reading<number>
  /** tmpfs and shared memory: it counts as page cache and can't be dropped. */
  readonly shmemBytes: Reading<number>
}

/** Reads /proc/meminfo; a line that is not there is missing, not zero. */
export function parseMeminfo(text: string): Meminfo {
  const readBytes = (key: string): Reading<number> => {
    // "kB" of this file are KiB: proc(5)
    const kib = new RegExp(`^${key}:[ \\t]*(\\d{1,12}) kB`, 'm').exec(text)?.[1]
    return kib === undefined ? missing('not-reported') : known(kibibytes(Number(kib)))
  }
  return {
    totalBytes: readBytes('MemTotal'),
    availableBytes: readBytes('MemAvailable'),
    freeBytes: readBytes('MemFree'),
    swapTotalBytes: readBytes('SwapTotal'),
    swapFreeBytes: readBytes('SwapFree'),
    shmemBytes: readBytes('Shmem'),
  }
}
