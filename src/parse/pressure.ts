import { known, missing } from '../core/reading.ts'
import type { Reading } from '../core/reading.ts'

/** Share of the last ten seconds in which tasks stood still for want of memory, 0–100. */
export interface Pressure {
  /** At least one task waited. */
  readonly someAvg10Percent: Reading<number>
  /** All tasks waited. */
  readonly fullAvg10Percent: Reading<number>
}

/** Reads /proc/pressure/memory or a cgroup's memory.pressure. */
export function parsePressure(text: string): Pressure {
  return { someAvg10Percent: readAvg10(text, 'some'), fullAvg10Percent: readAvg10(text, 'full') }
}

function readAvg10(text: string, line: 'some' | 'full'): Reading<number> {
  const percent = new RegExp(`^${line} avg10=(\\d{1,3}\\.\\d{1,6})\\b`, 'm').exec(text)?.[1]
  return percent === undefined ? missing('not-reported') : known(Number(percent))
}
