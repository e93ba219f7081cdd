import { formatBytes, formatDuration } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import { mebibytes } from '../../core/units.ts'
import type { Advice } from '../../model/risk.ts'
import type { JudgedWorkload } from '../judged.ts'
import { nameOf } from '../wording.ts'
import { isUnloadable, killing } from './killing.ts'

/** Nobody has asked it for so long that it is kept for nothing, by whoever forgot it. */
const IDLE_SECONDS = 600
/** Less than this helps nobody. */
export const LEAST_WORTH_BYTES = mebibytes(256)

export interface Holder {
  readonly workload: JudgedWorkload
  readonly heldBytes: number
}

/** Who holds memory of the kind that runs out and is asked nothing, the largest first. */
export function idleHolders(
  workloads: readonly JudgedWorkload[],
  heldBytes: (workload: JudgedWorkload) => number,
): readonly Holder[] {
  return workloads
    .filter(isIdle)
    .map((workload) => ({ workload, heldBytes: heldBytes(workload) }))
    .filter((holder) => holder.heldBytes >= LEAST_WORTH_BYTES)
    .sort((a, b) => b.heldBytes - a.heldBytes)
}

/** Nobody has asked it for ten minutes. */
export function isIdle({ idleSeconds }: Pick<JudgedWorkload, 'idleSeconds'>): boolean {
  return valueOr(idleSeconds, 0) >= IDLE_SECONDS
}

/** Stopping it costs nobody anything: the first thing to do wherever it helps. */
export function stopHolder({ workload, heldBytes }: Holder): Advice {
  const { idleSeconds } = workload
  const idle = formatDuration(valueOr(idleSeconds, 0) * 1000)
  return {
    action: `${isUnloadable(workload) ? 'unload' : 'stop'} ${nameOf(workload)}, idle for ${idle}: it holds ${formatBytes(heldBytes)}`,
    command: killing(workload),
    freesBytes: heldBytes,
    addsTokens: undefined,
    restart: false,
    quality: undefined,
  }
}
