import { ggmlBytes, ggmlType } from '../model/ggml-types.ts'

/** Bytes of a tensor with that many values, padded to the file's alignment; undefined for an unknown type. */
export function ggmlTensorBytes(typeId: number, values: number, alignmentBytes = 32): number | undefined {
  const type = ggmlType(typeId)
  if (type === undefined) return undefined
  return Math.ceil(ggmlBytes(type, [values]) / alignmentBytes) * alignmentBytes
}

/** Bits per weight of a GGUF mixture or a Hugging Face quantisation, by the part of the model it is applied to. */
export interface BitsPerWeight {
  /** Attention and feed-forward matrices, on average. */
  readonly layers: number
  /** Routed experts, where the others are left as they were. */
  readonly experts?: number
  readonly tokenEmbedding: number
  readonly output: number
}

/**
 * By name: `Q4_K_M`, `UD-Q5_K_XL`, `IQ4_XS`, `bf16`, `nf4`, `awq`, `gptq-4bit`, `fp8`, `mxfp4`, …; undefined when
 * nobody here knows the name. Only for models whose file can't be read: error ± 3 %.
 */
export function bitsPerWeight(name: string, groupSize = 128): BitsPerWeight | undefined {
  const key = name
    .toUpperCase()
    .replace(/^UD[-_]/, '')
    .replace(/[\s-]+/g, '_')
  return MIXTURES.get(key) ?? MIXTURES.get(key.replace(/_(XL|L|M|S)$/, '_M')) ?? huggingFace(key, groupSize)
}

/**
 * Mixtures as llama.cpp's quantize makes them. `whole` is measured on Llama 3.1 8B (tools/quantize/README.md); the types
 * of embedding and output matrix are those of llama-quant.cpp; the layers' average follows from the three.
 */
const LLAMA_31_8B = { layers: 6_979_588_096, embedding: 525_336_576, output: 525_336_576 }

const MIXTURES: ReadonlyMap<string, BitsPerWeight> = new Map([
  mixture('IQ1_S', 2.0, 2.625, 5.5),
  mixture('IQ1_M', 2.15, 2.625, 5.5),
  mixture('IQ2_XXS', 2.38, 2.625, 5.5),
  mixture('IQ2_XS', 2.59, 2.625, 5.5),
  mixture('IQ2_S', 2.74, 3.4375, 5.5),
  mixture('IQ2_M', 2.93, 3.4375, 5.5),
  mixture('Q2_K_S', 2.97, 2.625, 6.5625),
  mixture('Q2_K', 3.16, 2.625, 6.5625),
  mixture('Q2_K_M', 3.16, 2.625, 6.5625),
  mixture('IQ3_XXS', 3.25, 3.4375, 5.5),
  mixture('IQ3_XS', 3.5, 3.4375, 6.5625),
  mixture('Q3_K_S', 3.64, 3.4375, 6.5625),
  mixture('IQ3_S', 3.66, 3.4375, 6.5625),
  mixture('IQ3_M', 3.76, 3.4375, 6.5625),
  mixture('Q3_K_M', 4.0, 3.4375, 6.5625),
  mixture('Q3_K_L', 4.3, 3.4375, 6.5625),
  mixture('IQ4_XS', 4.46, 4.25, 6.5625),
  mixture('Q4_K_S', 4.67, 4.5, 6.5625),
  mixture('IQ4_NL', 4.68, 4.5, 6.5625),
  mixture('Q4_K_M', 4.89, 4.5, 6.5625),
  mixture('Q5_K_S', 5.57, 5.5, 6.5625),
  mixture('Q5_K_M', 5.7, 5.5, 6.5625),
  mixture('Q6_K', 6.56, 6.5625, 6.5625),
  uniform('Q4_0', 4.5, 4.5, 6.5625),
  uniform('Q4_1', 5, 5, 6.5625),
  uniform('Q5_0', 5.5, 5.5, 6.5625),
  uniform('Q5_1', 6, 6, 6.5625),
  uniform('Q8_0', 8.5, 8.5, 8.5),
  uniform('Q8_K_M', 8.5, 8.5, 8.5),
  uniform('MXFP4_MOE', 4.25, 8.5, 8.5),
  uniform('F16', 16, 16, 16),
  uniform('FP16', 16, 16, 16),
  uniform('FLOAT16', 16, 16, 16),
  uniform('HALF', 16, 16, 16),
  uniform('BF16', 16, 16, 16),
  uniform('BFLOAT16', 16, 16, 16),
  uniform('F32', 32, 32, 32),
  uniform('FP32', 32, 32, 32),
  uniform('FLOAT32', 32, 32, 32),
])

function mixture(
  name: string,
  whole: number,
  tokenEmbedding: number,
  output: number,
): [string, BitsPerWeight] {
  const { layers, embedding, output: outputWeights } = LLAMA_31_8B
  const bits =
    whole * (layers + embedding + outputWeights) - tokenEmbedding * embedding - output * outputWeights
  return [name, { layers: bits / layers, tokenEmbedding, output }]
}

function uniform(
  name: string,
  layers: number,
  tokenEmbedding: number,
  output: number,
): [string, BitsPerWeight] {
  return [name, { layers, tokenEmbedding, output }]
}

/**
 * Matrices of the layers are quantised, embedding and output stay in 16 bits.
 * NF4 and FP4 (bitsandbytes, blocks of 64): 4 + 32/64; with double quantisation 4 + 8/64 + 32/(64 · 256).
 * GPTQ and AWQ: one 16-bit scale and one zero of the same width as a weight per group.
 * MXFP4 and NVFP4 models with experts have only these in 4 bits (gpt-oss, Qwen3.6 NVFP4).
 */
function huggingFace(key: string, groupSize: number): BitsPerWeight | undefined {
  const layers = HUGGING_FACE.find(([pattern]) => pattern.test(key))?.[1](groupSize)
  if (layers === undefined) return undefined
  const onlyExperts = /^(MXFP4|NVFP4|MODELOPT_FP4)/.test(key) ? { experts: layers } : {}
  return { layers, ...onlyExperts, tokenEmbedding: 16, output: 16 }
}

const HUGGING_FACE: readonly (readonly [RegExp, (groupSize: number) => number])[] = [
  [/^(BNB_?)?(NF4|FP4)(_DQ|_DOUBLE_?QUANT)$/, () => 4 + 8 / 64 + 32 / (64 * 256)],
  [/^(BNB_?)?(NF4|FP4)$|^BNB_?4(_?BIT)?$|^BITSANDBYTES$/, () => 4 + 32 / 64],
  [/^(BNB_?|LLM_)?INT8$|^BNB_?8(_?BIT)?$|^W8A(8|16)$/, () => 8],
  [/^(AWQ|GPTQ)_?8(_?BIT)?|^INT8_G/, (group) => 8 + 16 / group + 8 / group],
  [/^(AWQ|GPTQ|W4A16|INT4)/, (group) => 4 + 16 / group + 4 / group],
  [/^FP8_BLOCK/, () => 8 + 32 / (128 * 128)],
  [/^(FP8|F8|E4M3|COMPRESSED_FP8)/, () => 8],
  [/^MXFP4/, () => 4 + 8 / 32],
  [/^(NVFP4|MODELOPT_FP4)/, () => 4 + 8 / 16],
  [/^MXFP8/, () => 8 + 8 / 32],
]
