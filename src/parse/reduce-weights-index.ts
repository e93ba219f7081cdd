import { asNumber, asObject, parseJson } from '../core/decode.ts'

/** What llmtop keeps of `model.safetensors.index.json`: the bytes of all tensors, without the megabytes of their names. */
export function reduceWeightsIndex(text: string): string {
  const total = asNumber(asObject(asObject(parseJson(text))?.['metadata'])?.['total_size'])
  return JSON.stringify({ metadata: total === undefined ? {} : { total_size: total }, weight_map: {} })
}
