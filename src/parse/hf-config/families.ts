/** The family that a `model_type` is of: text models of multimodal configs carry a suffix. */
export function familyNamed(modelType: string): string {
  const plain = modelType.replace(/_(text|llm)$/, '')
  return ALIASES[plain] ?? plain
}

/** True where llmtop knows how the family keeps its tokens. Source: transformers 5.18, modeling_….py, and vLLM's models. */
export function isKnownFamily(family: string): boolean {
  return KNOWN.has(family)
}

/** Families whose cached vector is one latent per token and layer, in vLLM and SGLang. */
export function cachesLatent(family: string): boolean {
  return LATENT.has(family)
}

/** Families without a gate in their feed-forward network. */
export function feedForwardMatrices(family: string): 2 | 3 {
  return UNGATED.has(family) ? 2 : 3
}

const ALIASES: Readonly<Record<string, string>> = {
  RefinedWebModel: 'falcon',
  deepseek_vl_v2: 'deepseek_v2',
  minimax_text_01: 'minimax',
}

const LATENT: ReadonlySet<string> = new Set(
  'deepseek_v2 deepseek_v3 deepseek_v32 kimi_k2 kimi_linear glm4_moe_lite glm_moe_dsa mistral4'.split(' '),
)

const UNGATED: ReadonlySet<string> = new Set(
  'bloom falcon gpt2 gpt_bigcode gpt_neox gptj nemotron nemotron_h opt phi starcoder2'.split(' '),
)

const KNOWN: ReadonlySet<string> = new Set([
  ...LATENT,
  ...UNGATED,
  ...`apertus arcee baichuan bamba cohere cohere2 dots1 ernie4_5 ernie4_5_moe exaone exaone4 falcon_h1 falcon_mamba gemma gemma2
   gemma3 gemma3n gemma4 glm glm4 glm4_moe gpt_oss granite granitemoe granitemoehybrid hunyuan_v1_dense internlm2 internlm3
   jamba lfm2 lfm2_moe llama llama4 mamba mamba2 minimax minimax_m2 ministral ministral3 mistral mixtral olmo olmo2 olmo3 olmoe
   phi3 phimoe qwen2 qwen2_5_vl qwen2_moe qwen2_vl qwen3 qwen3_5 qwen3_5_moe qwen3_moe qwen3_next qwen3_vl qwen3_vl_moe seed_oss
   smollm3 stablelm`.split(/\s+/),
])
