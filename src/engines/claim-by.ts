import type { HostProcess } from '../model/snapshot.ts'
import type { EngineId } from '../model/workload.ts'
import type { Claim } from './engine.ts'

/** What a process is to an engine: `root` was started with the settings, `member` is one of its workers. */
export type Role = 'root' | 'member'

/** @param ancestors nearest first */
export type RoleOf = (process: HostProcess, ancestors: readonly HostProcess[]) => Role | undefined

/**
 * The claim of an engine on the first of a family: a root is claimed as itself, a member under the nearest root above it,
 * or under its uppermost fellow where none is to be seen.
 */
export function claimBy(
  engine: EngineId,
  roleOf: RoleOf,
): (family: readonly HostProcess[]) => Claim | undefined {
  return (family) => {
    const [process, ...ancestors] = family
    if (process === undefined) return undefined
    const role = roleOf(process, ancestors)
    if (role === undefined) return undefined
    return role === 'root' ? { engine, root: process } : { engine, ...rootAbove(process, ancestors, roleOf) }
  }
}

function rootAbove(
  member: HostProcess,
  ancestors: readonly HostProcess[],
  roleOf: RoleOf,
): Pick<Claim, 'root' | 'orphan'> {
  let uppermost = member
  for (const [at, ancestor] of ancestors.entries()) {
    const role = roleOf(ancestor, ancestors.slice(at + 1))
    if (role === 'root') return { root: ancestor }
    if (role === 'member') uppermost = ancestor
  }
  return { root: uppermost, orphan: true }
}
