import type { HostProcess } from '../model/snapshot.ts'
import type { EngineId } from '../model/workload.ts'
import type { Claim, Engine } from './engine.ts'
import { exllama } from './exllama.ts'
import { koboldcpp } from './koboldcpp.ts'
import { llamaCpp } from './llama-cpp.ts'
import { lmdeploy } from './lmdeploy.ts'
import { lmstudio } from './lmstudio.ts'
import { ollama } from './ollama.ts'
import { pytorch } from './pytorch.ts'
import { sglang } from './sglang.ts'
import { tensorrtLlm } from './tensorrt-llm.ts'
import { textGenerationWebui } from './text-generation-webui.ts'
import { tgi } from './tgi.ts'
import { transformers } from './transformers.ts'
import { unknown } from './unknown.ts'
import { vllm } from './vllm.ts'

/** In the order in which they are asked about a process: the first claim wins. Ollama runs llama-server, so it stands before it. */
const SERVING: readonly Engine[] = [
  vllm,
  sglang,
  ollama,
  llamaCpp,
  tgi,
  tensorrtLlm,
  lmdeploy,
  exllama,
  koboldcpp,
  lmstudio,
  textGenerationWebui,
  transformers,
]

/** Asked only when nobody in the whole family is of an engine above: a worker of vLLM is a torch process too. */
const FALLBACK: readonly Engine[] = [pytorch, unknown]

export const ENGINES: readonly Engine[] = [...SERVING, ...FALLBACK]

export const ENGINE_COMMS: ReadonlySet<string> = new Set(ENGINES.flatMap(({ comms = [] }) => comms))

/** The claim on a process: of the engine that is nearest to it in its family. @param family the process and then its ancestors, nearest first */
export function claimFor(family: readonly HostProcess[]): Claim | undefined {
  for (const at of family.keys()) {
    const claim = firstClaim(SERVING, family.slice(at))
    if (claim !== undefined) return claim
  }
  return firstClaim(FALLBACK, family)
}

export function engineOf(id: EngineId): Engine {
  return ENGINES.find((engine) => engine.id === id) ?? unknown
}

function firstClaim(engines: readonly Engine[], family: readonly HostProcess[]): Claim | undefined {
  for (const engine of engines) {
    const claim = engine.claim(family)
    if (claim !== undefined) return claim
  }
  return undefined
}
