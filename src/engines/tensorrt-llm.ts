import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'

/** trtllm-serve with its MPI workers, or a Triton server. */
export const tensorrtLlm: Engine = {
  id: 'tensorrt-llm',
  label: 'TensorRT-LLM',
  claim: claimBy('tensorrt-llm', roleOf),
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

const PROGRAMS = new Set([
  'trtllm-serve',
  'trtllm-bench',
  'trtllm-eval',
  'trtllm-llmapi-launch',
  'tritonserver',
])

function roleOf(process: HostProcess): Role | undefined {
  const launch = launchOf(process)
  if (launch === undefined) return undefined
  const isRoot =
    PROGRAMS.has(launch.name) || (launch.kind === 'module' && launch.name.startsWith('tensorrt_llm.'))
  return isRoot ? 'root' : undefined
}
