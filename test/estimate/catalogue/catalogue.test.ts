import { describe, expect, test } from 'vitest'
import { readModelName } from '../../../src/estimate/catalogue/model-name.ts'
import { resolveModel } from '../../../src/estimate/catalogue/resolve.ts'
import { CATALOGUE } from '../../../src/estimate/catalogue/rows.ts'
import { parameterCount } from '../../../src/estimate/parameters.ts'

function found(name: string): string {
  const resolution = resolveModel(name)
  return resolution.kind === 'found'
    ? `${resolution.row.architecture.name} ${resolution.quantization ?? '-'}`
    : `unknown, nearest ${resolution.nearest[0] ?? 'nothing'}`
}

describe('the catalogue', () => {
  test('knows more than a hundred models, each with a source', () => {
    expect(CATALOGUE.length).toBeGreaterThan(100)
    expect(CATALOGUE.filter(({ source }) => source === '')).toEqual([])
  })

  test.each(CATALOGUE)('$architecture.name has as many parameters as its maker says', ({ architecture }) => {
    const computed = parameterCount(architecture)?.total ?? 0
    expect(Math.abs(computed / (architecture.parameters ?? NaN) - 1)).toBeLessThan(0.006)
  })

  test('has no name twice', () => {
    const keys = CATALOGUE.flatMap(({ architecture, aliases }) => [
      ...new Set([architecture.name, ...aliases].map((name) => readModelName(name).key)),
    ])
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([])
  })

  test.each(
    CATALOGUE.flatMap((row) => [row.architecture.name, ...row.aliases].map((name) => [name, row] as const)),
  )('finds %s', (name, row) => {
    expect(resolveModel(name)).toMatchObject({ kind: 'found', row })
  })
})

test.each([
  ['llama3.1:8b', 'Llama-3.1-8B -'],
  ['llama3.1', 'Llama-3.1-8B -'],
  ['meta-llama/Llama-3.1-8B-Instruct', 'Llama-3.1-8B -'],
  ['Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'Llama-3.1-8B Q4_K_M'],
  ['/models/Meta-Llama-3.1-8B-Instruct-Q4_K_M.gguf', 'Llama-3.1-8B Q4_K_M'],
  ['bartowski/Meta-Llama-3.1-8B-Instruct-GGUF:IQ4_XS', 'Llama-3.1-8B IQ4_XS'],
  ['hf.co/unsloth/Qwen3-30B-A3B-GGUF:UD-Q4_K_XL', 'Qwen3-30B-A3B UD-Q4_K_XL'],
  ['unsloth/Meta-Llama-3.1-8B-Instruct-bnb-4bit', 'Llama-3.1-8B bnb-4bit'],
  ['Qwen/Qwen2.5-7B-Instruct-AWQ', 'Qwen2.5-7B AWQ'],
  ['Qwen/Qwen2.5-32B-Instruct-GPTQ-Int4', 'Qwen2.5-32B GPTQ-Int4'],
  ['Qwen/Qwen3-30B-A3B-Instruct-2507-FP8', 'Qwen3-30B-A3B-2507 FP8'],
  ['gemma3:27b-it-qat', 'Gemma-3-27B -'],
  ['llama3.1:70b-instruct-q4_K_M', 'Llama-3.1-70B q4_K_M'],
  ['DeepSeek-V3-0324-UD-Q2_K_XL-00001-of-00006.gguf', 'DeepSeek-V3 UD-Q2_K_XL'],
  ['openai/gpt-oss-120b', 'gpt-oss-120b -'],
  ['mistralai/Mistral-7B-Instruct-v0.3', 'Mistral-7B-v0.3 -'],
  ['TheBloke/Llama-2-13B-chat-GGUF', 'Llama-2-13B -'],
  ['Qwen3-8B-BF16', 'Qwen3-8B BF16'],
])('%s is %s', (name, expected) => {
  expect(found(name)).toBe(expected)
})

test.each([
  ['NousResearch/Hermes-3-Llama-3.1-8B', 'unknown, nearest Llama-3.1-8B'],
  ['deepseek-ai/DeepSeek-R1-Distill-Llama-9B', 'unknown, nearest nothing'],
  ['Llama-3.1-9B', 'unknown, nearest Llama-3.1-8B'],
  ['qwen3:9000b', 'unknown, nearest Qwen3-4B'],
  ['no such model', 'unknown, nearest nothing'],
  ['', 'unknown, nearest nothing'],
  ['.gguf', 'unknown, nearest nothing'],
])('%s is nothing that llmtop knows: %s', (name, expected) => {
  expect(found(name)).toBe(expected)
})
