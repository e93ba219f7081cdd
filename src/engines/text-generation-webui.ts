import { known } from '../core/reading.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { claimBy, type Role } from './claim-by.ts'
import type { Claim, Engine, EngineReport } from './engine.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { WEBUI_CONTEXT, webuiFlags, webuiFolder } from './flags/text-generation-webui.ts'
import type { NamedModel } from './hf-files.ts'
import { launchOf, type Launch } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import { hasFlag, flagValue } from './program.ts'
import { withShape } from './shape.ts'
import { silentReport } from './silent-report.ts'

/** With its Transformers and ExLlama loaders it holds the model itself; GGUF models run in a llama-server below it, which is claimed as that. */
export const textGenerationWebui: Engine = {
  id: 'text-generation-webui',
  label: 'text-generation-webui',
  claim: claimBy('text-generation-webui', roleOf),
  wants: (claim, answers) => modelWants(modelOf(claim), answers),
  report: (claim, answers) => {
    const flags = flagsOf(claim)
    const { engine } = flags.settings
    const files = shapeOfFiles(modelOf(claim), engine, flags.quantization, answers)
    return withShape(reportOf(flags), flags, files)
  },
}

// `server.py` is anybody's; these flags are not (modules/shared.py)
const OWN_FLAGS = [
  'loader',
  'model-menu',
  'lora-dir',
  'gradio-auth',
  'chat-buttons',
  'nowebui',
  'extensions',
  'character',
]

function roleOf(process: HostProcess): Role | undefined {
  const launch = launchOf(process)
  if (launch === undefined) return undefined
  const isOwnPython = OWN_PYTHON.test(process.command[0] ?? '')
  return isServer(launch) || (isOwnPython && launch.name === 'server.py') ? 'root' : undefined
}

// its installer's (one_click.py), which starts the server
const OWN_PYTHON = /(?:^|\/)installer_files\/env\/bin\/python[\d.]*$/

function isServer({ kind, name, path, args }: Launch): boolean {
  if (kind !== 'script' || (name !== 'server.py' && name !== 'one_click.py')) return false
  if (name === 'one_click.py') return true
  if (/(?:^|\/)(?:text-generation-webui|textgen)[\w.-]*\//.test(path)) return true
  return OWN_FLAGS.some((flag) => hasFlag(args, flag) || flagValue(args, flag) !== undefined)
}

const WHY = 'text-generation-webui has no page of its cache'

function flagsOf({ root }: Claim): EngineFlags {
  return webuiFlags(launchOf(root)?.args ?? [])
}

function modelOf(claim: Claim): NamedModel | undefined {
  const below = flagValue(launchOf(claim.root)?.args ?? [], 'model-dir')
  const text = webuiFolder(flagsOf(claim), below)
  return text === undefined ? undefined : { claim, text }
}

/** Transformers takes its cache as it needs it, the other loaders at once. */
function reportOf(flags: EngineFlags): EngineReport {
  const { engine } = flags.settings
  const context = engine === 'llama.cpp' ? undefined : { value: WEBUI_CONTEXT, origin: 'default' as const }
  const report = silentReport(flags, WHY, { contextTokens: context })
  const isOnDemand = engine === 'transformers' && flags.model !== undefined
  return {
    ...report,
    kv: isOnDemand ? { ...report.kv, growth: known('on-demand', 'declared') } : report.kv,
    telemetryGaps: flags.model === undefined ? [...report.telemetryGaps, NO_MODEL] : report.telemetryGaps,
  }
}

const NO_MODEL = { what: 'the model', remedy: 'name it on the command line: --model NAME' }
