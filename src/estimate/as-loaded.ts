import type { ModelArchitecture } from '../model/architecture.ts'
import type { EngineId } from '../model/workload.ts'
import { isLlamaCpp } from './fit.ts'

/** llama.cpp keeps the whole context in all layers of these, whatever their config says of windows. */
const WITHOUT_WINDOW_IN_LLAMA_CPP: ReadonlySet<string> = new Set(
  'mistral mixtral ministral phi3 qwen2 qwen2_moe qwen3 qwen3_moe starcoder2'.split(' '),
)

// the same shape is asked about at every tick, and estimates are remembered by it
const WINDOWLESS = new WeakMap<ModelArchitecture, ModelArchitecture>()

/** The shape as the engine makes use of it. */
export function asEngineReads(architecture: ModelArchitecture, engine: EngineId): ModelArchitecture {
  if (!isLlamaCpp(engine) || !WITHOUT_WINDOW_IN_LLAMA_CPP.has(architecture.family)) return architecture
  const present = WINDOWLESS.get(architecture)
  if (present !== undefined) return present
  const { slidingWindow, ...rest } = architecture
  const windowless = slidingWindow === undefined ? architecture : rest
  WINDOWLESS.set(architecture, windowless)
  return windowless
}

/** A checkpoint whose weights no scheme has made smaller yet: an engine may do so while it loads them. */
export function isSixteenBit(quantization: string | undefined): boolean {
  return quantization === undefined || /^(b?f16|fp16|b?float16|float32|f32)$/i.test(quantization)
}

/** The type in which an engine loads weights of this type: vLLM and TGI take checkpoints of 32 bits in 16. */
export function loadedType(dtype: string, engine: EngineId): string {
  return dtype === 'float32' && engine !== 'transformers' ? 'float16' : dtype
}
