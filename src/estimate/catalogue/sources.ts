// Where the shapes of the catalogue were read; every row names one of these, or the config.json of its own repository.
export const LITGPT = 'Lightning-AI/litgpt: litgpt/config.py'
export const MLC = 'mlc-ai/mlc-llm: python/mlc_llm/model/model_preset.py'
export const SLIME = 'THUDM/slime: scripts/models'
export const GEMMA = 'google-deepmind/gemma: gemma/gm/nn/_gemma.py'
export const TRANSFORMERS = 'transformers 5.18: defaults of the configuration class made for this checkpoint'
export const DEEPSEEK = 'deepseek-ai/DeepSeek-V3: inference/configs'
export const GPT_OSS = 'openai/gpt-oss: gpt_oss/torch/model.py'

/** The repository on Hugging Face whose config.json states the shape. */
export function configOf(repository: string): string {
  return `${repository}: config.json`
}
