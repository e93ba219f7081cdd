import { known, missing } from '../core/reading.ts'
import { kibibytes } from '../core/units.ts'
import type { Reading } from '../core/reading.ts'

/** The lines of /proc/PID/status that llmtop needs. */
export interface ProcStatus {
  /** The effective user: whose rights the process has, and whose name ps shows. */
  readonly uid: Reading<number>
  /** Missing for kernel threads and zombies, which have no memory of their own. */
  readonly residentBytes: Reading<number>
  readonly swapBytes: Reading<number>
  /** Its pid in each PID namespace, outermost first; more than one in a container. Empty on kernels before 4.1. */
  readonly nsPids: readonly number[]
}

/** Reads /proc/PID/status; a line that is not there is missing. */
export function parseStatus(text: string): ProcStatus {
  const uid = /^Uid:\s+\d{1,10}\s+(\d{1,10})\b/m.exec(text)?.[1]
  const nsPids = /^NSpid:((?:[ \t]+\d{1,10})+)[ \t]*$/m.exec(text)?.[1] ?? ''
  return {
    uid: uid === undefined ? missing('not-reported') : known(Number(uid)),
    residentBytes: readBytes(text, 'VmRSS'),
    swapBytes: readBytes(text, 'VmSwap'),
    nsPids: (nsPids.match(/\d+/g) ?? []).map(Number),
  }
}

function readBytes(text: string, key: 'VmRSS' | 'VmSwap'): Reading<number> {
  const kib = new RegExp(`^${key}:[ \\t]*(\\d{1,12}) kB`, 'm').exec(text)?.[1]
  return kib === undefined ? missing('not-reported') : known(kibibytes(Number(kib)))
}
