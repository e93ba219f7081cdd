import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf, type Launch } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'

/** The launcher holds the flags and the port; one scheduler per GPU holds the memory. */
export const sglang: Engine = {
  id: 'sglang',
  label: 'SGLang',
  comms: ['sglang', 'sglang::schedul'],
  claim: claimBy('sglang', roleOf),
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

// besides the server, programs that load a model themselves
const MODULES =
  /^(?:sglang\.(?:launch_server|bench_one_batch|bench_offline_throughput|srt\.entrypoints)|sglang_router\.launch_server)/

function roleOf(process: HostProcess): Role | undefined {
  // titles by setproctitle; a comm is cut to 15 bytes: sglang::schedul
  if (process.command[0]?.startsWith('sglang::') === true) return 'member'
  const launch = launchOf(process)
  return launch !== undefined && isServer(launch) ? 'root' : undefined
}

function isServer({ name, kind, path, args }: Launch): boolean {
  if (kind === 'module') return MODULES.test(name) || (name === 'sglang' && args[0] === 'serve')
  return (name === 'sglang' && args[0] === 'serve') || path.endsWith('/sglang/launch_server.py')
}
