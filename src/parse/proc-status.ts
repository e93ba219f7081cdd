import { known, missing } from '../core/reading.ts'
import { kibibytes } from '../core/units.ts'
import type { Reading } from '../core/reading.ts'

/** The lines of /proc/PID/status that llmtop needs. */
export interface ProcStatus {
  /** The effective user: whose rights the process has, and whose name ps shows. */
  readonly uid: Reading<number>
  /** Missing for kernel threads and zombies, which have no memory of their own. */
  readonly residentBytes: Reading<number>
}

const UID = /^Uid:\s+\d{1,10}\s+(\d{1,10})\b/m
const RESIDENT = /^VmRSS:[ \t]*(\d{1,12}) kB/m

/** Reads /proc/PID/status; a line that is not there is missing. */
export function parseStatus(text: string): ProcStatus {
  const uid = UID.exec(text)?.[1]
  const kib = RESIDENT.exec(text)?.[1]
  return {
    uid: uid === undefined ? missing('not-reported') : known(Number(uid)),
    residentBytes: kib === undefined ? missing('not-reported') : known(kibibytes(Number(kib))),
  }
}
