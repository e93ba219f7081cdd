import { claimBy, type Role } from './claim-by.ts'
import type { Answers, Claim, Engine } from './engine.ts'
import { environmentOf, environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { tensorrtLlmFlags } from './flags/tensorrt-llm.ts'
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
  wants: (claim, answers) => [
    environmentWant(claim.root.pid),
    ...modelWants(modelOf(claim, answers), answers),
  ],
  report: (claim, answers) => {
    const flags = flagsOf(claim, answers)
    const files = shapeOfFiles(modelOf(claim, answers), 'tensorrt-llm', undefined, answers)
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

function flagsOf({ root }: Claim, answers: Answers): EngineFlags {
  const { name, args = [] } = launchOf(root) ?? {}
  if (name === 'tritonserver') return onlyModel('tensorrt-llm', undefined)
  return tensorrtLlmFlags(args, name, environmentOf(root.pid, answers))
}

function modelOf(claim: Claim, answers: Answers): NamedModel | undefined {
  const { args = [] } = launchOf(claim.root) ?? {}
  const text = flagsOf(claim, answers).model?.text
  return text === undefined ? undefined : { claim, text, revision: flagValue(args, 'revision') }
}
