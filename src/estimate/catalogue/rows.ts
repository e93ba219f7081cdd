import { DEEPSEEK_ROWS, GLM_ROWS } from './deepseek-glm.ts'
import { GEMMA_ROWS } from './gemma.ts'
import { HYBRID_ROWS } from './hybrids.ts'
import { LLAMA_ROWS } from './llama.ts'
import { MISTRAL_ROWS } from './mistral.ts'
import { OTHER_ROWS } from './others.ts'
import { QWEN_ROWS } from './qwen.ts'
import type { CatalogueRow } from './row.ts'

/** Every model that llmtop knows by name. */
export const CATALOGUE: readonly CatalogueRow[] = [
  ...LLAMA_ROWS,
  ...QWEN_ROWS,
  ...GEMMA_ROWS,
  ...MISTRAL_ROWS,
  ...DEEPSEEK_ROWS,
  ...GLM_ROWS,
  ...HYBRID_ROWS,
  ...OTHER_ROWS,
]
