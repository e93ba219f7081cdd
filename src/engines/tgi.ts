import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'

/** The launcher holds the flags; the router answers; one Python shard per GPU holds the memory. */
export const tgi: Engine = {
  id: 'tgi',
  label: 'TGI',
  comms: ['text-generation'],
  claim: claimBy('tgi', roleOf),
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

function roleOf(process: HostProcess): Role | undefined {
  const { name } = launchOf(process) ?? {}
  if (name === 'text-generation-launcher') return 'root'
  // the router's name carries its backend; a comm is cut to 15 bytes, and then nothing tells launcher, router and shard apart
  const isMember =
    /^text-generation(?:-server|-router(?:-.+)?)?$/.test(name ?? '') || name === 'text_generation_server.cli'
  return isMember ? 'member' : undefined
}
