import type { Want } from '../model/want.ts'
import type { EngineId } from '../model/workload.ts'
import type { Answers } from './engine.ts'
import type { StatedQuantization } from './flags/engine-flags.ts'
import { ggufShape, ggufWants } from './gguf-shape.ts'
import { hfWants, type NamedModel } from './hf-files.ts'
import { hfShape } from './hf-shape.ts'
import type { ModelShape } from './model-shape.ts'

/** The files that say the shape of a model, of engines that take a repository, a folder or a GGUF file. */
export function modelWants(model: NamedModel | undefined, answers: Answers): readonly Want[] {
  if (model === undefined) return []
  return isGguf(model) ? ggufWants(model.claim, model.text, answers) : hfWants(model, answers)
}

/** @param made how the engine was told to store the weights */
export function shapeOfFiles(
  model: NamedModel | undefined,
  engine: EngineId,
  made: StatedQuantization | undefined,
  answers: Answers,
): ModelShape | undefined {
  if (model === undefined) return undefined
  return isGguf(model) ? ggufShape(model.claim, model.text, answers) : hfShape(model, engine, made, answers)
}

function isGguf({ text }: NamedModel): boolean {
  return /\.gguf$/i.test(text)
}
