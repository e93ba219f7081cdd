import { asArray, asObject, parseJson } from '../../core/decode.ts'
import { printable } from '../../core/text.ts'

/**
 * What llmtop keeps of an engine's JSON page (/props, /slots, /api/ps, /server_info, …): the fields that it reads, and
 * never a prompt, a completion, a chat template or a server's own list of keys. What is not JSON is cut to its beginning.
 */
export function reducePage(text: string): string {
  const page = parseJson(text)
  return page === undefined ? printable(text.slice(0, MOST_CHARACTERS)) : JSON.stringify(kept(page, 0))
}

const MOST_CHARACTERS = 200
const DEEPEST = 8

const FIELDS: ReadonlySet<string> = new Set(
  [
    // llama-server: /props, /slots, /v1/models
    'default_generation_settings total_slots model_path model_ftype endpoint_slots is_sleeping',
    'id id_task n_ctx is_processing n_past n_prompt_tokens n_prompt_tokens_processed next_token n_decoded n_remain',
    'data meta n_params',
    // vLLM and others of OpenAI's form: /v1/models, /version
    'max_model_len root version',
    // Ollama: /api/ps
    'models name size details quantization_level size_vram context_length expires_at',
    // SGLang: /server_info
    'model_path max_total_num_tokens internal_states context_len',
  ].flatMap((names) => names.split(' ')),
)

function kept(value: unknown, depth: number): unknown {
  if (depth > DEEPEST) return null
  const list = asArray(value)
  if (list !== undefined) return list.map((item) => kept(item, depth + 1))
  const object = asObject(value)
  if (object === undefined) return typeof value === 'string' ? printable(value) : value
  const fields = Object.entries(object).filter(([name]) => FIELDS.has(name))
  return Object.fromEntries(fields.map(([name, field]) => [name, kept(field, depth + 1)]))
}
