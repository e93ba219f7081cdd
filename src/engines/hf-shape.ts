import { asNumber, asObject, parseJson } from '../core/decode.ts'
import { isSixteenBit, loadedType } from '../estimate/as-loaded.ts'
import { schemeOf } from '../estimate/fit-quantization.ts'
import type { TextPart } from '../model/sample.ts'
import type { WeightsSource } from '../model/weights.ts'
import type { EngineId } from '../model/workload.ts'
import { readHfConfig, type HfConfigReading } from '../parse/hf-config/config.ts'
import { bytesAnswer, textAnswer } from './answers.ts'
import type { Answers } from './engine.ts'
import type { StatedQuantization } from './flags/engine-flags.ts'
import { configFolder, configWant, indexWant, onlyWeightsWant, type NamedModel } from './hf-files.ts'
import { modelName } from './model-name.ts'
import type { ModelShape } from './model-shape.ts'

/**
 * The shape of a model as its own `config.json` states it; undefined while that was not read, and where it is none.
 * @param made how the engine was told to store the weights: of a checkpoint that is quantised already it stays as it is
 */
export function hfShape(
  model: NamedModel,
  engine: EngineId,
  made: StatedQuantization | undefined,
  answers: Answers,
): ModelShape | undefined {
  const folder = configFolder(model, answers)
  if (folder === undefined) return undefined
  const config = textAnswer(answers, configWant(model.claim, folder))
  const reading = config === undefined ? undefined : read(config, modelName(model.text))
  if (reading?.kind !== 'read') return undefined
  const { architecture, quantization: stored, dtype = 'bfloat16' } = reading
  const loaded = loadedType(dtype, engine)
  const scheme = schemeIn(stored, made, loaded)
  // what is made while it is loaded is not as large as the files
  const isAsStored = scheme === stored || (scheme !== made && loaded === dtype)
  const totalBytes = isAsStored ? weightsBytes(model, folder, answers) : undefined
  const weights: WeightsSource =
    totalBytes === undefined
      ? { kind: 'quantization', ...scheme, name: schemeOf(architecture, scheme.name) }
      : { kind: 'total-bytes', bytes: totalBytes, quantization: scheme.name }
  return { architecture, weights, fromCatalogue: false, quantization: scheme.name, dtype: loaded }
}

function schemeIn(
  stored: StatedQuantization | undefined,
  made: StatedQuantization | undefined,
  loaded: string,
): StatedQuantization {
  if (made !== undefined && isSixteenBit(stored?.name)) return made
  return stored ?? { name: loaded }
}

function weightsBytes({ claim }: NamedModel, folder: string, answers: Answers): number | undefined {
  const index = textAnswer(answers, indexWant(claim, folder))?.text
  const total = asNumber(asObject(asObject(parseJson(index ?? ''))?.['metadata'])?.['total_size'])
  if (total !== undefined) return total > 0 ? total : undefined
  return bytesAnswer(answers, onlyWeightsWant(claim, folder))?.sizeBytes
}

// a config is read once, not at every tick; what is remembered follows from its text alone
const READ = new WeakMap<TextPart, HfConfigReading>()

function read(part: TextPart, name: string): HfConfigReading {
  const present = READ.get(part)
  if (present !== undefined) return present
  const reading = readHfConfig(part.text, name, 'config.json')
  READ.set(part, reading)
  return reading
}
