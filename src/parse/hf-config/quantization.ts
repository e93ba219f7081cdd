import type { JsonObject } from '../../core/decode.ts'
import { asNumber, asObject, asText } from '../../core/decode.ts'
import { printable } from '../../core/text.ts'

/** How the weights beside a config are stored. `name` is a name of `bitsPerWeight`, or the config's own word for it. */
export interface HfQuantization {
  readonly name: string
  readonly groupSize?: number
}

/** The `quantization_config` of a `config.json`; undefined where the weights are not quantised. */
export function hfQuantization(config: JsonObject): HfQuantization | undefined {
  const quantization = asObject(config['quantization_config'])
  if (quantization === undefined) return undefined
  const method = (asText(quantization['quant_method']) ?? 'unnamed').toLowerCase()
  return METHODS[method]?.(quantization) ?? { name: printable(method) }
}

const METHODS: Readonly<Record<string, (config: JsonObject) => HfQuantization>> = {
  bitsandbytes: (config) => {
    if (config['load_in_4bit'] !== true) return { name: 'int8' }
    const type = asText(config['bnb_4bit_quant_type']) === 'fp4' ? 'fp4' : 'nf4'
    return { name: config['bnb_4bit_use_double_quant'] === true ? `${type}-double-quant` : type }
  },
  gptq: grouped('gptq'),
  awq: grouped('awq'),
  fp8: (config) => ({ name: Array.isArray(config['weight_block_size']) ? 'fp8-block' : 'fp8' }),
  fbgemm_fp8: () => ({ name: 'fp8' }),
  mxfp4: () => ({ name: 'mxfp4' }),
  modelopt: (config) => ({ name: /nvfp4/i.test(asText(config['quant_algo']) ?? '') ? 'nvfp4' : 'fp8' }),
  'compressed-tensors': compressedTensors,
}

function grouped(method: string): (config: JsonObject) => HfQuantization {
  return (config) => {
    const bits = asNumber(config['bits']) ?? asNumber(config['w_bit']) ?? 4
    const groupSize = asNumber(config['group_size']) ?? asNumber(config['q_group_size'])
    return named(bits === 4 ? method : `${method}-${bits}bit`, groupSize)
  }
}

function compressedTensors(config: JsonObject): HfQuantization {
  const [group] = Object.values(asObject(config['config_groups']) ?? {}).map(asObject)
  const weights = asObject(group?.['weights'])
  const bits = asNumber(weights?.['num_bits'])
  const isFloat = asText(weights?.['type']) === 'float'
  if (bits === 4) return isFloat ? { name: 'nvfp4' } : named('w4a16', asNumber(weights?.['group_size']))
  if (bits === 8) return { name: isFloat ? 'fp8' : 'w8a8' }
  return { name: 'compressed-tensors' }
}

/** A group size of −1 is one group per row. */
function named(name: string, groupSize: number | undefined): HfQuantization {
  return groupSize === undefined || groupSize <= 0 ? { name } : { name, groupSize }
}
