/** How llama.cpp keeps the tokens of a model family. */
export type Family =
  /** The ordinary attention cache, possibly with windows, MLA or recurrent layers as the keys say. */
  | { readonly kind: 'decoder' }
  /** No cache at all. */
  | { readonly kind: 'encoder' }
  /** No model to run by itself. */
  | { readonly kind: 'part'; readonly what: string }
  /** A cache that llmtop can't compute exactly; the sentence says why. */
  | { readonly kind: 'doubtful'; readonly why: string }

/**
 * The family behind `general.architecture`. Source: llama.cpp v0.5.0, src/llama-arch.cpp (names) and `create_memory` in
 * src/llama-model.cpp (caches).
 */
export function familyOf(name: string): Family {
  if (ENCODERS.has(name)) return { kind: 'encoder' }
  const what = PARTS[name]
  if (what !== undefined) return { kind: 'part', what }
  const why = ODD[name] ?? (DECODERS.has(name) ? undefined : 'llmtop does not know this architecture')
  return why === undefined ? { kind: 'decoder' } : { kind: 'doubtful', why }
}

const ENCODERS: ReadonlySet<string> = new Set(
  `bert modern-bert nomic-bert nomic-bert-moe neo-bert jina-bert-v2 jina-bert-v3 eurobert gemma-embedding
   wavtokenizer-dec dream llada llada-moe rnd1 t5encoder`.split(/\s+/),
)

const PARTS: Readonly<Record<string, string>> = {
  clip: 'a vision projector (mmproj)',
  eagle3: 'a draft head',
  dflash: 'a draft head',
  'gemma4-assistant': 'a draft head',
}

const ODD: Readonly<Record<string, string>> = {
  deepseek4: 'its compressed caches are not computed',
  'minimax-m3': 'the cache of its sparse attention is not computed',
  dots3note: 'the latent cache of its windowed layers is not computed',
  t5: 'the cross attention of its decoder is not computed',
  nanbeige: 'it may run through its layers several times, each with a cache of its own',
}

const DECODERS: ReadonlySet<string> = new Set(
  `llama llama4 deci falcon grok gpt2 gptj gptneox mpt baichuan starcoder refact bloom stablelm qwen qwen2 qwen2moe qwen2vl
   qwen3 qwen3moe qwen3next qwen3vl qwen3vlmoe qwen35 qwen35moe qwen4exp phi2 phi3 phimoe plamo plamo2 plamo3 codeshell orion
   internlm2 minicpm minicpm3 gemma gemma2 gemma3 gemma3n gemma4 starcoder2 mamba mamba2 maple jamba falcon-h1 xverse
   command-r cohere2 cohere2moe dbrx olmo olmo2 olmoe muse-glimmer openelm arctic deepseek deepseek2 deepseek2-ocr deepseek32
   chatglm glm4 glm4moe glm-dsa bitnet jais jais2 nemotron nemotron_h nemotron_h_moe exaone exaone4 exaone-moe rwkv6
   rwkv6qwen2 rwkv7 arwkv7 granite granitemoe granitehybrid graniteswitch granite_swa chameleon plm bailingmoe bailingmoe2
   bailingmoe3 dots1 arcee afmoe laguna ernie4_5 ernie4_5-moe hunyuan-moe hunyuan-dense hunyuan_vl hy_v3 hy_v4 smollm3 gpt-oss
   lfm2 lfm2moe smallthinker seed_oss grovemoe apertus minimax-01 hrm_text minimax-m2 cogvlm pangu-embedded mistral3
   mistral4 paddleocr mimo2 step35 spark2_5 llama-embed maincoder kimi-linear kimi-k3 talkie mellum`.split(
    /\s+/,
  ),
)
