/**
 * Bytes that one head of `dim` values takes in the cache, by cache type. Missing (undefined) for a type that no engine
 * here is known to have, and for the letters of a vendor's own format: never a guess.
 * Sources: ggml-common.h (block types); vllm/v1/kv_cache_interface.py (nvfp4, per-token-head, TurboQuant);
 * exllamav3/cache/quant.py (`q2` to `q8`).
 */
export function headBytes(type: string, dim: number, side: 'k' | 'v'): number | undefined {
  const perElement = BYTES_PER_ELEMENT.get(type)
  if (perElement !== undefined) return dim * perElement
  const perHead = PER_TOKEN_HEAD.get(type)
  if (perHead !== undefined) return dim * perHead + 4
  const turbo = TURBO_QUANT.get(type)
  if (turbo === undefined) return undefined
  return side === 'k' ? turbo.k(dim) : Math.ceil((dim * turbo.vBits) / 8) + 4
}

/** The names of all cache types whose size is known. */
export function knownKvTypes(): readonly string[] {
  return [...BYTES_PER_ELEMENT.keys(), ...PER_TOKEN_HEAD.keys(), ...TURBO_QUANT.keys()]
}

/** Bytes of a block of 32 values. */
const GGML_BLOCKS: Readonly<Record<string, number>> = {
  q8_0: 34,
  q5_1: 24,
  q5_0: 22,
  q4_1: 20,
  q4_0: 18,
  iq4_nl: 18,
}

const BYTES_PER_ELEMENT: ReadonlyMap<string, number> = new Map([
  ['f32', 4],
  ['float32', 4],
  ['float', 4],
  ['f16', 2],
  ['float16', 2],
  ['half', 2],
  ['bf16', 2],
  ['bfloat16', 2],
  ['fp8', 1],
  ['fp8_e4m3', 1],
  ['fp8_e5m2', 1],
  ['fp8_e4m3fn', 1],
  ['fp8_inc', 1],
  ['int8', 1],
  ['nvfp4', 1 / 2 + 1 / 16],
  ['fp4_e2m1', 1 / 2 + 1 / 16],
  // ExLlama's, by its bits: 32 values share a scale in 16 bits
  ...[2, 3, 4, 5, 6, 7, 8].map((bits): [string, number] => [`q${bits}`, bits / 8 + 2 / 32]),
  ...Object.entries(GGML_BLOCKS).map(([type, bytes]): [string, number] => [type, bytes / 32]),
])

/** One 4-byte scale per token and head beside the values. */
const PER_TOKEN_HEAD: ReadonlyMap<string, number> = new Map([
  ['int8_per_token_head', 1],
  ['fp8_per_token_head', 1],
  ['int4_per_token_head', 1 / 2],
])

const TURBO_QUANT: ReadonlyMap<string, { readonly k: (dim: number) => number; readonly vBits: number }> =
  new Map([
    ['turboquant_k8v4', { k: (dim: number) => dim, vBits: 4 }],
    ['turboquant_4bit_nc', { k: (dim: number) => Math.ceil((dim * 4) / 8) + 2, vBits: 4 }],
    ['turboquant_k3v4_nc', { k: (dim: number) => Math.ceil((dim * 3) / 8) + 2, vBits: 4 }],
    ['turboquant_3bit_nc', { k: (dim: number) => Math.ceil((dim * 3) / 8) + 2, vBits: 3 }],
  ])
