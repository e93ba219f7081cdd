import { claimBy, type Role } from './claim-by.ts'
import type { Claim, Engine } from './engine.ts'
import { environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { tensorrtLlmFlags } from './flags/tensorrt-llm.ts'
import type { NamedModel } from './hf-files.ts'
import { launchOf } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { withShape } from './shape.ts'
import { onlyModel, silentReport } from './silent-report.ts'

/** trtllm-serve with its MPI workers, or a Triton server. */
export const tensorrtLlm: Engine = {
  id: 'tensorrt-llm',
  label: 'TensorRT-LLM',
  claim: claimBy('tensorrt-llm', roleOf),
  wants: (claim, answers) => [environmentWant(claim.root.pid), ...modelWants(modelOf(claim), answers)],
  report: (claim, answers) => {
    const flags = flagsOf(claim)
    const files = shapeOfFiles(modelOf(claim), 'tensorrt-llm', undefined, answers)
    return withShape(silentReport(flags, WHY), flags, files)
  },
}

const PROGRAMS = new Set(['trtllm-serve', 'trtllm-bench', 'trtllm-eval', 'tritonserver'])

// Dynamo's worker runs the engine in itself
const MODULE = /^(?:tensorrt_llm\.|dynamo\.trtllm(?:\.|$))/

function roleOf(process: HostProcess): Role | undefined {
  const launch = launchOf(process)
  if (launch === undefined) return undefined
  const isRoot = PROGRAMS.has(launch.name) || (launch.kind === 'module' && MODULE.test(launch.name))
  return isRoot ? 'root' : undefined
}

// one reader's answer is missing from the next one's
const WHY = 'its /metrics hands each entry out only once, and the owner may read it too'

function flagsOf({ root }: Claim): EngineFlags {
  const { name, args = [] } = launchOf(root) ?? {}
  return name === 'tritonserver' ? onlyModel('tensorrt-llm', undefined) : tensorrtLlmFlags(args, name)
}

function modelOf(claim: Claim): NamedModel | undefined {
  const text = flagsOf(claim).model?.text
  return text === undefined ? undefined : { claim, text }
}
