import { formatBytes } from '../../core/format.ts'
import { valueOr } from '../../core/reading.ts'
import type { RiskFindings } from '../advice/index.ts'
import type { JudgedWorkload } from '../judged.ts'
import type { GateRules } from '../rules.ts'
import type { Filling } from './filling.ts'

/** What else is striking: fragmentation, one card that holds more than its sisters, a desktop. */
export interface Findings {
  readonly found: RiskFindings
  readonly lines: readonly string[]
}

export function cudaFindings({ cause, outlook }: Filling, rules: GateRules): Findings {
  if (cause === undefined) return { found: {}, lines: [] }
  const { workload } = cause
  const fragmented = fragmentation(workload, rules)
  const hot = hotRank(workload, outlook.pool.gpu.uuid, rules)
  const desktop = cause.holder.isGraphics
  return {
    found: {
      ...(fragmented === undefined ? {} : { fragmentation: true }),
      ...(hot === undefined ? {} : { hotRank: outlook.pool.gpu.uuid }),
      ...(desktop ? { desktop } : {}),
    },
    lines: [
      ...(fragmented === undefined ? [] : [fragmented]),
      ...(hot === undefined ? [] : [`${outlook.pool.name} is the hot one: ${hot}`]),
    ],
  }
}

/** torch reserves far above its prediction while its cache is small: held, but in pieces that nothing fits. */
export function fragmentation(
  { engine, ceiling, memory, kv }: JudgedWorkload,
  { fragmentationRatio }: GateRules,
): string | undefined {
  if (!TORCH.has(engine) || ceiling.kind === 'missing' || memory.usedBytes.kind === 'missing')
    return undefined
  const excess = memory.usedBytes.value - ceiling.value.highBytes
  const share = valueOr(kv.usedRatio, undefined)
  if (excess < fragmentationRatio * ceiling.value.bytes || (share ?? 0) > SMALL_CACHE) return undefined
  const over = `${formatBytes(excess)} over the highest prediction`
  return share === undefined
    ? `${over}, which is for a full context: several requests at once, or torch holds it in fragments`
    : `${over} while the KV cache is ${Math.round(share * 100)} % full: torch may hold it in fragments`
}

const TORCH: ReadonlySet<JudgedWorkload['engine']> = new Set([
  'transformers',
  'vllm',
  'sglang',
  'tgi',
  'text-generation-webui',
])
const SMALL_CACHE = 0.5

/** Undefined where its cards are evenly loaded, or there is only one. */
export function hotRank(
  { memory }: JudgedWorkload,
  uuid: string,
  { hotRankRatio }: GateRules,
): string | undefined {
  const used = memory.perGpu.flatMap(({ usedBytes }) => (usedBytes.kind === 'known' ? [usedBytes.value] : []))
  const here = memory.perGpu
    .filter((share) => share.uuid === uuid)
    .reduce((total, { usedBytes }) => total + valueOr(usedBytes, 0), 0)
  if (used.length < 2) return undefined
  const mean = used.reduce((total, bytes) => total + bytes, 0) / used.length
  return here > mean * (1 + hotRankRatio)
    ? `${formatBytes(here)} of this engine, ${formatBytes(mean)} on its cards on average`
    : undefined
}
