import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'

export const lmdeploy: Engine = {
  id: 'lmdeploy',
  label: 'LMDeploy',
  claim: claimBy('lmdeploy', roleOf),
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

const SUBCOMMANDS = new Set(['serve', 'chat'])

function roleOf(process: HostProcess): Role | undefined {
  const { name, args = [] } = launchOf(process) ?? {}
  if (name?.startsWith('lmdeploy.serve.') === true) return 'root'
  return name === 'lmdeploy' && SUBCOMMANDS.has(args[0] ?? '') ? 'root' : undefined
}
