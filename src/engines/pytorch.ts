import { stated } from '../core/stated.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'
import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf, titleOf } from './launch.ts'
import { launcherSpan } from './span.ts'

/**
 * A Python process on a GPU in which no generation server is recognised: training, notebooks, scripts. Asked last but one.
 * Nothing says what it will come to hold.
 */
export const pytorch: Engine = {
  id: 'pytorch',
  label: 'PyTorch',
  claim: claimBy('pytorch', roleOf),
  wants: () => [],
  report: (claim) => ({
    ...blankReport('not-supported'),
    ...stated({ span: launcherSpan(claim, 'pytorch') }),
  }),
}

// Python, but not torch: TVM and XLA allocate by rules of their own
const OTHERS = /^(?:mlc_llm|tensorflow|jax|paddle)(?:\.|$)/

function roleOf(process: HostProcess, ancestors: readonly HostProcess[]): Role | undefined {
  const title = titleOf(process) ?? ''
  if (isOwnTitle(title, ancestors)) return 'root'
  const launch = launchOf(process)
  if (launch === undefined) return isInterpreter(process) ? 'member' : undefined
  const isPython = launch.kind !== 'executable' || launch.name.endsWith('.py')
  if (!isPython || OTHERS.test(launch.name)) return undefined
  return isRank(launch.path, ancestors) ? 'member' : 'root'
}

/**
 * What a Ray actor calls itself: ray::TrainWorker.train; `pt_main_thread` is torch's own name for a process; a model of
 * Xinference is `Model: qwen-0` under its worker.
 */
function isOwnTitle(title: string, ancestors: readonly HostProcess[]): boolean {
  if (title.startsWith('ray::') || title === 'pt_main_thread') return true
  return title.startsWith('Model: ') && ancestors.some(isXinference)
}

function isXinference(process: HostProcess): boolean {
  return launchOf(process)?.name.startsWith('xinference') === true
}

/** With code of its own (`-c`, standard input). The name alone, as the driver gives it where /proc shows nothing, says too little. */
function isInterpreter({ command }: HostProcess): boolean {
  return command.length > 1 && /(?:^|\/)python[0-9.]*$/.test(command[0] ?? '')
}

/** Forked off a process of the same script, or started by a launcher: one of many that make one run. */
function isRank(path: string, ancestors: readonly HostProcess[]): boolean {
  return ancestors.some((ancestor) => launchOf(ancestor)?.path === path)
}
