import type { ModelArchitecture } from '../model/architecture.ts'

/**
 * The scheme that a name stands for with this model. gpt-oss is published in MXFP4, and its experts stay so in every GGUF
 * file, whatever mixture the name says: only a few per cent of the weights differ.
 */
export function schemeOf({ family }: Pick<ModelArchitecture, 'family'>, name: string): string {
  return isNativelyMxfp4(family) && GGUF_MIXTURE.test(name) ? 'MXFP4_MOE' : name
}

/** Whether there are other forms of the weights that differ in size. */
export function hasOtherForms({ family }: Pick<ModelArchitecture, 'family'>): boolean {
  return !isNativelyMxfp4(family)
}

const GGUF_MIXTURE = /^(UD-)?(I?Q\d|F16$|BF16$)/i

function isNativelyMxfp4(family: string): boolean {
  return family === 'gpt_oss' || family === 'gpt-oss'
}
