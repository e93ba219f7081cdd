import { claimBy, type Role } from './claim-by.ts'
import type { Claim, Engine } from './engine.ts'
import { environmentWant } from './environment.ts'
import type { NamedModel } from './hf-files.ts'
import { launchOf } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { flagValue } from './program.ts'
import { withShape } from './shape.ts'
import { onlyModel, silentReport } from './silent-report.ts'

/** trtllm-serve with its MPI workers, or a Triton server. */
export const tensorrtLlm: Engine = {
  id: 'tensorrt-llm',
  label: 'TensorRT-LLM',
  claim: claimBy('tensorrt-llm', roleOf),
  wants: (claim, answers) => [environmentWant(claim.root.pid), ...modelWants(modelOf(claim), answers)],
  report: (claim, answers) => {
    const flags = onlyModel('tensorrt-llm', modelIn(launchOf(claim.root)?.args ?? []))
    const files = shapeOfFiles(modelOf(claim), 'tensorrt-llm', undefined, answers)
    return withShape(silentReport(flags, WHY), flags, files)
  },
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

function modelOf(claim: Claim): NamedModel | undefined {
  const text = modelIn(launchOf(claim.root)?.args ?? [])
  return text === undefined || text.startsWith('-') ? undefined : { claim, text }
}

/** `trtllm-serve [serve] MODEL` */
function modelIn(args: readonly string[]): string | undefined {
  const [first, second] = args
  return flagValue(args, 'model') ?? (first === 'serve' ? second : first)
}
