/**
 * The name of a model by which people know it: of a path in the Hugging Face cache the repository, of a file or folder its
 * own name, of a split file the name without the number of its part; anything else stays as it is.
 */
export function modelName(text: string): string {
  const repository = /(?:^|\/)models--([^/]+)(?:\/|$)/.exec(text)?.[1]
  if (repository !== undefined) return repository.replace('--', '/')
  const isPath = /^(?:\/|\.\.?\/|~\/)/.test(text) || (text.match(/\//g) ?? []).length > 1 || isFile(text)
  return isPath ? withoutPart(lastSegment(text)) : text
}

/** `Q4_K_M`, `IQ3_XXS`, `BF16`: what a GGUF file's name says of its weights; undefined where it says nothing. */
export function quantizationInName(name: string): string | undefined {
  const found = /(?:^|[-_.])(I?Q\d(?:_[0-9A-Z]+)*|BF16|F16|F32|MXFP4(?:_MOE)?|TQ[12]_0)(?=[-_.]|$)/i.exec(
    name,
  )?.[1]
  return found?.toUpperCase()
}

function isFile(text: string): boolean {
  return /\.(?:gguf|ggml|bin|safetensors|llamafile)$/i.test(text)
}

function lastSegment(path: string): string {
  return path.replace(/\/+$/, '').replace(/^.*\//, '') || path
}

function withoutPart(name: string): string {
  return name.replace(/-\d{5}-of-\d{5}(?=\.gguf$)/i, '')
}
