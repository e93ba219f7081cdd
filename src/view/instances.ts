import { grouped } from '../core/grouped.ts'
import { valueOr } from '../core/reading.ts'
import type { GpuState } from '../model/frame.ts'
import type { Risk } from '../model/risk.ts'
import type { PartialInstance, Workload } from '../model/workload.ts'
import type { Seen } from './seen.ts'

/** The ranks of an instance that run on one host. */
export interface RanksHere {
  readonly host: string
  readonly workload: Workload
  readonly partial: PartialInstance
  readonly gpus: readonly GpuState[]
  readonly risks: readonly Risk[]
}

/**
 * The ranks of each instance of which some run elsewhere. Instances without an address all have one name (`vllm on Ray`):
 * their models tell them apart, as far as they are known.
 */
export function instancesOf(seen: readonly FrameOfHost[]): readonly (readonly RanksHere[])[] {
  const ranks = ranksIn(seen)
  return [...grouped(ranks, ({ partial }) => partial.instance).values()].flatMap((named) => {
    const models = new Set(named.flatMap(({ workload }) => valueOr(workload.model.name, [])))
    return models.size < 2
      ? [named]
      : [...grouped(named, ({ workload }) => valueOr(workload.model.name, '')).values()]
  })
}

/**
 * What a workload is called wherever ranks of its instance run, on several hosts; undefined of one that is whole on its
 * host.
 */
export function instanceName(
  seen: readonly FrameOfHost[],
  host: string,
  workload: string,
): string | undefined {
  const ranks = instancesOf(seen).find((group) =>
    group.some((rank) => rank.host === host && rank.workload.id === workload),
  )
  if (ranks === undefined || new Set(ranks.map((rank) => rank.host)).size < 2) return undefined
  const models = ranks.flatMap(({ workload: { model } }) => valueOr(model.name, []))
  return [...new Set([ranks[0]?.partial.instance ?? '', ...models])].join(' ')
}

/** All that is needed of what was seen of a host. */
type FrameOfHost = Pick<Seen, 'frame'>

function ranksIn(seen: readonly FrameOfHost[]): readonly RanksHere[] {
  return seen.flatMap(({ frame }) =>
    frame.workloads.flatMap((workload) => {
      const { partial } = workload
      const risks = frame.risks.filter((risk) => risk.workload === workload.id)
      return partial === undefined ? [] : [{ host: frame.host, workload, partial, gpus: frame.gpus, risks }]
    }),
  )
}
