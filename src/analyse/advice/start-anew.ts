import type { Advice, RiskClass } from '../../model/risk.ts'
import type { JudgedWorkload } from '../judged.ts'
import { isServer } from '../server.ts'
import { nameOf } from '../wording.ts'
import { killing } from './killing.ts'
import type { AdviceSituation } from './situation.ts'

/** Before memory ends by itself, and with it every request: the last resort, and all there is against a leak. */
export function startAnew({ class: kind, workload, numbers }: AdviceSituation): readonly Advice[] {
  const grows = numbers.bytesPerSecond !== undefined
  if (!FATAL.has(kind) || workload === undefined || !grows || !isServer(workload)) return []
  return [
    {
      action: `start ${nameOf(workload)} anew: it gives back what it grew by`,
      command: killing(workload),
      freesBytes: kind === 'host-oom' ? undefined : grownBytes(workload),
      addsTokens: undefined,
      restart: true,
      quality: undefined,
    },
  ]
}

const FATAL: ReadonlySet<RiskClass> = new Set(['cuda-oom', 'host-oom', 'unified-oom'])

/** What it holds beyond its prediction; unknown where nothing was predicted. */
function grownBytes({ ceiling, memory }: JudgedWorkload): number | undefined {
  if (ceiling.kind === 'missing' || memory.usedBytes.kind === 'missing') return undefined
  const grown = memory.usedBytes.value - ceiling.value.bytes
  return grown > 0 ? grown : undefined
}
