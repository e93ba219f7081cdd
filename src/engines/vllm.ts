import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf, type Launch } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'

/** The API server holds the flags and the port; its EngineCore, or the workers below that, hold the memory. */
export const vllm: Engine = {
  id: 'vllm',
  label: 'vLLM',
  comms: ['vllm', 'VLLM::EngineCor'],
  claim: claimBy('vllm', roleOf),
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

// PREFIX::NAME by set_process_title, the prefix from VLLM_PROCESS_NAME_PREFIX; a comm is cut to 15 bytes
const TITLE = /^[\w-]+::(?:EngineCor|Worker(?:_|$)|APIServer|DPCoordin)/
// V0, and workers on a Ray cluster; an idle Ray worker can still hold what its task took
const OLD_TITLE = /^VllmWorkerProcess\b|^ray::(?:RayWorker(?:Wrapper|Proc)|IDLE|\w*EngineCore)/
const SUBCOMMANDS = new Set(['serve', 'run-batch'])
const OFFLINE_BENCHMARKS = new Set(['latency', 'throughput'])

function roleOf(process: HostProcess): Role | undefined {
  const [title = ''] = process.command
  if (TITLE.test(title) || OLD_TITLE.test(title)) return 'member'
  const launch = launchOf(process)
  return launch !== undefined && isServer(launch) ? 'root' : undefined
}

function isServer({ name, kind, path, args }: Launch): boolean {
  const [subcommand = '', second = ''] = args
  if (name === 'vllm' || name === 'vllm.entrypoints.cli.main') {
    return SUBCOMMANDS.has(subcommand) || (subcommand === 'bench' && OFFLINE_BENCHMARKS.has(second))
  }
  return kind === 'module' ? name.startsWith('vllm.entrypoints.') : /\/vllm\/entrypoints\/.+\.py$/.test(path)
}
