import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { flagValue } from './program.ts'
import { onlyModel, silentReport } from './silent-report.ts'

/** trtllm-serve with its MPI workers, or a Triton server. */
export const tensorrtLlm: Engine = {
  id: 'tensorrt-llm',
  label: 'TensorRT-LLM',
  claim: claimBy('tensorrt-llm', roleOf),
  wants: () => [],
  report: ({ root }) => silentReport(onlyModel('tensorrt-llm', modelIn(launchOf(root)?.args ?? [])), WHY),
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

// one reader's answer is missing from the next one's
const WHY = 'its /metrics hands each entry out only once, and the owner may read it too'

/** `trtllm-serve [serve] MODEL` */
function modelIn(args: readonly string[]): string | undefined {
  const [first, second] = args
  return flagValue(args, 'model') ?? (first === 'serve' ? second : first)
}
