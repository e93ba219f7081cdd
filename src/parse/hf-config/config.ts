import type { JsonObject } from '../../core/decode.ts'
import { asObject, asText, parseJson } from '../../core/decode.ts'
import type { Fault } from '../../core/fault.ts'
import { stated } from '../../core/stated.ts'
import { printable } from '../../core/text.ts'
import type { ModelArchitecture } from '../../model/architecture.ts'
import { encoderParameters } from './encoder.ts'
import { familyNamed, isKnownFamily } from './families.ts'
import { Fields } from './fields.ts'
import type { HfQuantization } from './quantization.ts'
import { hfQuantization } from './quantization.ts'
import { shapeOf } from './shape.ts'

export type HfConfigReading =
  | {
      readonly kind: 'read'
      readonly architecture: ModelArchitecture
      /** What llmtop does not know of this model, in words: numbers that follow are then a guess. */
      readonly doubts: readonly string[]
      readonly quantization: HfQuantization | undefined
      /** `bfloat16`, `float16`, `float32`: the type of weights that are not quantised, and of the KV cache by default. */
      readonly dtype: string | undefined
    }
  | { readonly kind: 'fault'; readonly fault: Fault }

/**
 * The shape of the language model in a Hugging Face `config.json`. `name` is the model's (a config has none of its own),
 * `part` names the file in faults. Fails where a needed field is missing or can't be true; a `model_type` that llmtop does
 * not know is read like an ordinary transformer, with a doubt.
 */
export function readHfConfig(text: string, name: string, part: string): HfConfigReading {
  const config = asObject(parseJson(text))
  if (config === undefined) return malformed(part, 'the beginning', 'no JSON object')
  const language = languageConfig(config)
  const modelType = asText(language['model_type']) ?? asText(config['model_type'])
  if (modelType === undefined) return malformed(part, "field 'model_type'", 'nothing')
  const family = familyNamed(printable(modelType))
  const fields = new Fields(withOuterFlags(language, config), family, part)
  const shape = shapeOf(fields)
  const fault = fields.firstFault()
  if (fault !== undefined) return { kind: 'fault', fault }
  const encoder = encoderParameters(config)
  return {
    kind: 'read',
    architecture: stated({ name, family, ...shape, encoderParameters: encoder.parameters }),
    doubts: [
      ...(isKnownFamily(family) ? [] : [`model type '${family}': llmtop does not know it`]),
      ...encoder.doubts,
    ],
    quantization: hfQuantization(config) ?? hfQuantization(language),
    dtype: dtypeOf(language) ?? dtypeOf(config),
  }
}

/** The part of a multimodal config that describes the language model. */
function languageConfig(config: JsonObject): JsonObject {
  const inner = ['text_config', 'llm_config', 'language_config'].map((key) => asObject(config[key]))
  const thinker = asObject(asObject(config['thinker_config'])?.['text_config'])
  return [...inner, thinker].find((found) => found !== undefined) ?? config
}

/** Whether the output matrix is tied is said outside as often as inside. */
function withOuterFlags(language: JsonObject, config: JsonObject): JsonObject {
  const outer = config['tie_word_embeddings']
  if (typeof outer !== 'boolean' || 'tie_word_embeddings' in language) return language
  return { ...language, tie_word_embeddings: outer }
}

function dtypeOf(config: JsonObject): string | undefined {
  const name = asText(config['dtype']) ?? asText(config['torch_dtype'])
  return name === undefined ? undefined : printable(name.replace(/^torch\./, ''))
}

function malformed(part: string, where: string, found: string): HfConfigReading {
  return { kind: 'fault', fault: { kind: 'malformed', part, where, found } }
}
