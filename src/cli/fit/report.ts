import { stepCommand } from '../../engines/flags/step-command.ts'
import { changeFlags, type FlagChange } from '../../engines/flags/change-flags.ts'
import { flagsFor } from '../../engines/flags/write-flags.ts'
import { known, missing, valueOr, type Reading } from '../../core/reading.ts'
import { explainFit } from '../../estimate/fit-explain.ts'
import { judgeFit, requestsOf, type FitJudgement } from '../../estimate/fit.ts'
import { fitSteps } from '../../estimate/fit-steps.ts'
import type { FitStep } from '../../estimate/fit-step.ts'
import type { EngineSettings } from '../../estimate/settings.ts'
import type { FitAdvice, FitReport, FitSetting } from '../../model/fit.ts'
import type { EngineId } from '../../model/workload.ts'
import type { AskedFit } from './question.ts'

/** The whole answer. */
export function fitReport(asked: AskedFit): FitReport {
  const { question, model } = asked
  const judgement = judgeFit(question)
  const { estimate, input } = judgement
  const { architecture } = model
  return {
    model: {
      name: architecture.name,
      family: architecture.family,
      quantization: stated(question.quantization),
      parameters: stated(architecture.parameters),
      layers: architecture.layers,
      contextLength: stated(architecture.contextLength),
      source: model.source,
    },
    engine: input.settings.engine,
    config: configOf(input.settings),
    ...requestsOf(judgement),
    basis: estimate.basis,
    fits: judgement.fits,
    perGpu: estimate.perGpu.map((gpu, index) => ({
      name: input.topology.gpus[index]?.name ?? missing('not-reported'),
      ...gpu,
    })),
    host: { ...hostBytes(judgement), availableBytes: input.topology.host.availableBytes },
    kv: estimate.kv,
    workings: estimate.workings,
    explanations: explainFit(input),
    advice: fitSteps(question, judgement).map((step) => adviceOf(asked, step)),
    assumptions: [...model.doubts, ...asked.notes, ...estimate.assumptions],
  }
}

function hostBytes({ estimate: { host } }: FitJudgement): Omit<FitReport['host'], 'availableBytes'> {
  return {
    weightsBytes: host.weightsBytes,
    kvBytes: host.kvBytes,
    otherBytes: host.otherBytes,
    workings: host.workings,
  }
}

function stated<T>(value: T | undefined): Reading<T> {
  return value === undefined ? missing('not-reported') : known(value, 'declared')
}

function configOf(settings: EngineSettings): Readonly<Record<string, FitSetting>> {
  return Object.fromEntries(Object.entries(settings).filter(([key]) => key !== 'engine'))
}

function adviceOf(asked: AskedFit, step: FitStep): FitAdvice {
  const { settings } = asked.question.input
  const written = stepCommand(commandOf(asked), settings.engine, step.patch, asked.question.quantization)
  const changed = { ...settings, ...step.patch.settings }
  return {
    action: step.action,
    command: written.command,
    freesBytes: step.freesBytes,
    addsTokens: step.addsTokens,
    restart: true,
    quality: step.quality,
    contextTokens: valueOr(requestsOf(step.judgement).contextTokens, undefined),
    kvType: changed.kvTypeK,
    enough: step.enough,
    flags: written.flags,
  }
}

/** The user's own command, or the plain one that starts this model with these settings. */
function commandOf(asked: AskedFit): readonly string[] {
  const { command, modelText, question } = asked
  if (command !== undefined) return command
  const { settings } = question.input
  const start = STARTS[settings.engine]?.(modelText, fileNamed(asked)) ?? []
  const changes: readonly FlagChange[] = start.length === 0 ? [] : flagsFor(settings.engine, settings)
  return changeFlags(start, settings.engine, changes)
}

/** A model of the catalogue has no file yet: as such files are usually named. */
function fileNamed({ model, modelText, question }: AskedFit): string {
  if (model.format === 'gguf') return modelText
  return modelText.endsWith('.gguf')
    ? modelText
    : `${model.architecture.name}-${question.quantization ?? 'F16'}.gguf`
}

const STARTS: Readonly<Partial<Record<EngineId, (model: string, file: string) => readonly string[]>>> = {
  'llama.cpp': (_, file) => ['llama-server', '-m', file],
  vllm: (model) => ['vllm', 'serve', model],
  sglang: (model) => ['python', '-m', 'sglang.launch_server', '--model-path', model],
  tgi: (model) => ['text-generation-launcher', '--model-id', model],
  ollama: (model) => ['ollama', 'run', model],
  koboldcpp: (_, file) => ['koboldcpp', '--model', file],
  exllama: (model) => ['python', 'tabbyAPI/main.py', '--model-name', model],
  'tensorrt-llm': (model) => ['trtllm-serve', model],
  lmdeploy: (model) => ['lmdeploy', 'serve', 'api_server', model],
  lmstudio: (model) => ['lms', 'load', model],
}
