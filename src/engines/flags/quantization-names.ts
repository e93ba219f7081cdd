import type { StatedQuantization } from './engine-flags.ts'

/**
 * The scheme behind the word that vLLM, SGLang and TGI use for it; undefined for words that name a way of reading what the
 * checkpoint itself says (`compressed-tensors`, `modelopt`, `gguf`).
 */
export function quantizationNamed(word: string): StatedQuantization | undefined {
  const name = word.toLowerCase().replace(/[-_](marlin|triton)$/, '')
  if (READ_FROM_CHECKPOINT.has(name)) return undefined
  return { name: ALIASES[name] ?? name }
}

const READ_FROM_CHECKPOINT: ReadonlySet<string> = new Set(
  'compressed-tensors modelopt gguf marlin auto none quark torchao auto-round'.split(' '),
)

const ALIASES: Readonly<Record<string, string>> = {
  // quantised while loading, in 4 bits
  bitsandbytes: 'nf4',
  'bitsandbytes-nf4': 'nf4',
  'bitsandbytes-fp4': 'fp4',
  eetq: 'int8',
  w8a8_int8: 'int8',
  w8a8_fp8: 'fp8',
  fbgemm_fp8: 'fp8',
  ptpc_fp8: 'fp8',
  modelopt_fp4: 'nvfp4',
  petit_nvfp4: 'nvfp4',
}
