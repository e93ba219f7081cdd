import { printable } from '../core/text.ts'
import { kibibytes } from '../core/units.ts'

/** One line of the `processes` part. */
export interface ListedProcess {
  readonly pid: number
  readonly parentPid: number
  readonly uid: number
  readonly startTicks: number
  readonly residentBytes: number
  readonly comm: string
}

const LINE = /^(\d{1,10}) (\d{1,10}) (\d{1,10}) (\d{1,15}) (\d{1,12}) ?(.*)$/gm

/**
 * Reads the `processes` part: `pid ppid uid startTicks rssKiB comm`, one line per process, where comm may hold blanks.
 * Other lines (a heading, the end of a process that vanished while it was read) are passed over.
 */
export function parseProcessList(text: string): readonly ListedProcess[] {
  return Array.from(text.matchAll(LINE), ([, pid, parentPid, uid, startTicks, rssKib, comm]) => ({
    pid: Number(pid),
    parentPid: Number(parentPid),
    uid: Number(uid),
    startTicks: Number(startTicks),
    residentBytes: kibibytes(Number(rssKib)),
    comm: printable(comm?.replace(/\r$/, '') ?? ''),
  }))
}
