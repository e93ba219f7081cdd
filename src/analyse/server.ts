import type { Workload } from '../model/workload.ts'

/** A server of models, which may be started anew; not a trainer, a notebook or anything else that would lose its work. */
export function isServer({ engine }: Pick<Workload, 'engine'>): boolean {
  return engine !== 'unknown' && engine !== 'pytorch'
}
