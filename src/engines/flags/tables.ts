import type { EngineId } from '../../model/workload.ts'
import { EXLLAMA_TABLE } from './exllama.ts'
import type { FlagTable } from './flag-table.ts'
import { KOBOLDCPP_TABLE } from './koboldcpp.ts'
import { LLAMA_CPP_TABLE } from './llama-cpp.ts'
import { LMDEPLOY_TABLE } from './lmdeploy.ts'
import { LMSTUDIO_TABLE } from './lmstudio.ts'
import { OLLAMA_TABLE } from './ollama.ts'
import { SGLANG_TABLE } from './sglang.ts'
import { TENSORRT_LLM_TABLE } from './tensorrt-llm.ts'
import { WEBUI_TABLE } from './text-generation-webui.ts'
import { TGI_TABLE } from './tgi.ts'
import { VLLM_TABLE } from './vllm.ts'

/** The flags of every engine that has a command line of its own. */
export const FLAG_TABLES: Readonly<Partial<Record<EngineId, FlagTable>>> = {
  'llama.cpp': LLAMA_CPP_TABLE,
  ollama: OLLAMA_TABLE,
  vllm: VLLM_TABLE,
  sglang: SGLANG_TABLE,
  tgi: TGI_TABLE,
  koboldcpp: KOBOLDCPP_TABLE,
  exllama: EXLLAMA_TABLE,
  'text-generation-webui': WEBUI_TABLE,
  'tensorrt-llm': TENSORRT_LLM_TABLE,
  lmdeploy: LMDEPLOY_TABLE,
  lmstudio: LMSTUDIO_TABLE,
}
