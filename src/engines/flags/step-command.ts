import type { FitPatch } from '../../estimate/fit-step.ts'
import type { EngineId } from '../../model/workload.ts'
import { maskArguments } from '../../parse/mask-secrets.ts'
import { changeFlags, shellCommand, type FlagChange } from './change-flags.ts'
import { flagsFor, ollamaVariables } from './write-flags.ts'

/** A change as one types it. */
export interface StepCommand {
  /** The whole command with only the changed flags; undefined where there is none to give. */
  readonly command: string | undefined
  /** Only what changes, for a table. */
  readonly flags: string
}

/** The command that makes a change: the user's own one with its secrets masked. `quantization` is the present one. */
export function stepCommand(
  command: readonly string[],
  engine: EngineId,
  patch: FitPatch,
  quantization: string | undefined,
): StepCommand {
  if (engine === 'ollama') return ollamaStep(patch)
  const changes = changesFor(command, engine, patch)
  const renamed = renameModel(command, patch.weights?.name, quantization)
  const canSay = patch.weights === undefined || changes.some(isQuantization) || renamed !== command
  return {
    command: canSay ? shellCommand(changeFlags(maskArguments(renamed), engine, changes)) : undefined,
    flags:
      patch.weights === undefined || changes.length > 0 ? changes.map(written).join(' ') : patch.weights.name,
  }
}

/** Of the commands of transformers only its server takes flags that change memory. */
function changesFor(command: readonly string[], engine: EngineId, patch: FitPatch): readonly FlagChange[] {
  if (engine === 'transformers' && !command.includes('serve')) return []
  return flagsFor(engine, { ...patch.settings, quantization: patch.weights?.name })
}

function isQuantization({ names }: FlagChange): boolean {
  return names.some((name) => name.startsWith('--quanti'))
}

function written({ names, value }: FlagChange): string {
  if (value === undefined) return `no ${names[0]}`
  return shellCommand(value === '' ? [names[0]] : [names[0], value])
}

/** Another mixture of the same model differs in one word of its name: `…-Q4_K_M.gguf` and `user/model:Q4_K_M`. */
function renameModel(
  command: readonly string[],
  wanted: string | undefined,
  present: string | undefined,
): readonly string[] {
  if (wanted === undefined || present === undefined) return command
  const word = new RegExp(`(?<=[-_.:])(?:UD-)?${escaped(present)}(?=$|[-_.])`, 'i')
  return command.some((arg) => word.test(arg)) ? command.map((arg) => arg.replace(word, wanted)) : command
}

function escaped(text: string): string {
  return text.replace(/[^\w]/g, String.raw`\$&`)
}

/** Ollama's settings belong to its server; the number of layers is set in a conversation or a Modelfile. */
function ollamaStep({ settings = {}, weights }: FitPatch): StepCommand {
  if (weights !== undefined) return { command: undefined, flags: `a tag with ${weights.name}` }
  if (settings.gpuLayers !== undefined) {
    const command = `/set parameter num_gpu ${settings.gpuLayers}`
    return { command, flags: command }
  }
  const variables = Object.entries(ollamaVariables(settings)).map(([name, value]) => `${name}=${value}`)
  return variables.length === 0
    ? { command: undefined, flags: '' }
    : { command: [...variables, 'ollama serve'].join(' '), flags: variables.join(' ') }
}
