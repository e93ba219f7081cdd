import { known, missing, type Reading } from '../core/reading.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import { flagValue, hasFlag, type Program } from './program.ts'
import { environmentWant } from './environment.ts'
import type { NamedModel } from './hf-files.ts'
import { launchOf } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import { withShape } from './shape.ts'

/**
 * Hugging Face's own server and chat. A script that imports transformers can't be told from any other torch process
 * by its command line; this engine claims only what says so itself.
 */
export const transformers: Engine = {
  id: 'transformers',
  label: 'transformers',
  claim: claimTransformers,
  wants: (claim, answers) => [environmentWant(claim.root.pid), ...modelWants(modelOf(claim), answers)],
  report: reportTransformers,
}

// console scripts of the package: `transformers` since v4.53, `transformers-cli` before (src/transformers/cli, commands)
const PROGRAMS = new Set(['transformers', 'transformers-cli', 'transformers.cli.transformers'])
const GENERATING = new Set(['serve', 'chat'])

function claimTransformers(family: readonly HostProcess[]): Claim | undefined {
  const root = family.find((process) => generatingCommand(process) !== undefined)
  return root === undefined ? undefined : { engine: 'transformers', root }
}

function reportTransformers(claim: Claim, answers: Answers): EngineReport {
  const blank = blankReport('not-reported')
  const program = generatingCommand(claim.root)
  if (program === undefined) return blank
  const name = modelName(program)
  const report: EngineReport = {
    ...blank,
    model: { ...blank.model, name, source: name.kind === 'known' ? known('argv', 'declared') : name },
    kv: { ...blank.kv, growth: growth(program) },
  }
  const quantization = QUANTIZATIONS.get(flagValue(program.args, 'quantization') ?? '')
  const files = shapeOfFiles(modelOf(claim), 'transformers', quantization, answers)
  return withShape(report, { settings: { engine: 'transformers' }, quantization }, files)
}

function modelOf(claim: Claim): NamedModel | undefined {
  const program = generatingCommand(claim.root)
  const name = program === undefined ? undefined : modelName(program)
  if (program === undefined || name?.kind !== 'known') return undefined
  // a revision may stand behind the name: `org/name@main`
  const [text = '', revision] = name.value.split('@')
  return { claim, text, revision: flagValue(program.args, 'model-revision') ?? revision }
}

// the choices of --quantization (src/transformers/cli/serve.py), as the estimator calls them
const QUANTIZATIONS = new Map([
  ['bnb-4bit', { name: 'nf4-double-quant' }],
  ['bnb-8bit', { name: 'int8' }],
])

function generatingCommand(process: HostProcess): Program | undefined {
  const program = launchOf(process)
  const [subcommand] = program?.args ?? []
  if (program === undefined || subcommand === undefined) return undefined
  return PROGRAMS.has(program.name) && GENERATING.has(subcommand) ? program : undefined
}

/** `serve M`, before v5 `serve --force-model M`, pins the model; else it is chosen by each request. `chat M` names it at once. */
function modelName(program: Program): Reading<string> {
  const [, operand] = program.args
  const forced = flagValue(program.args, 'force-model')
  if (forced !== undefined) return known(forced, 'declared')
  if (operand !== undefined && !operand.startsWith('-')) return known(operand, 'declared')
  return missing('not-reported', 'the model is chosen by each request')
}

/** DynamicCache grows with the tokens; continuous batching takes its paged cache at the start. */
function growth(program: Program): Reading<'preallocated' | 'on-demand'> {
  return known(hasFlag(program.args, 'continuous-batching') ? 'preallocated' : 'on-demand', 'declared')
}
