import type { Workload } from '../../model/workload.ts'

/** The command that ends a workload; undefined of one whose processes are not seen from here. */
export function killing({ rootPid }: Pick<Workload, 'rootPid'>): string | undefined {
  return rootPid.kind === 'known' ? `kill ${rootPid.value}` : undefined
}
