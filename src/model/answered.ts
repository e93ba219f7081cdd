import type { Fault } from '../core/fault.ts'
import { seconds } from '../core/units.ts'
import type { Frame } from './frame.ts'

/** A run on a server of several cards takes about 6 s, seldom more (netdata/netdata issues 14522 and 18690). */
export const LONGEST_ANSWER_MS = seconds(15)

/** Whether nvidia-smi has said something, if only that it is not there. */
export function hasAnswered(frame: Frame): boolean {
  return frame.gpuSample.kind === 'known' || frame.faults.some(({ fault }) => !OF_FILES.has(fault.kind))
}

/** What is wrong with a file, of a log that the user named, is seen before nvidia-smi has had its time. */
const OF_FILES: ReadonlySet<Fault['kind']> = new Set(['not-found', 'no-permission'])
