import type { HostProcess } from '../model/snapshot.ts'
import { claimBy, type Role } from './claim-by.ts'
import { settingsGaps } from './declared.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import { environmentOf, environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { exllamaFlags, exllamaFolder } from './flags/exllama.ts'
import type { NamedModel } from './hf-files.ts'
import { launchOf } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import { flagValue } from './program.ts'
import { withShape } from './shape.ts'
import { silentReport } from './silent-report.ts'

/** ExLlama v2 and v3, by themselves or under TabbyAPI, whose settings lie in config.yml. */
export const exllama: Engine = {
  id: 'exllama',
  label: 'ExLlama',
  claim: claimBy('exllama', roleOf),
  wants: (claim, answers) => [
    environmentWant(claim.root.pid),
    ...modelWants(modelOf(claim, answers), answers),
  ],
  report: (claim, answers) => {
    const flags = flagsOf(claim, answers)
    const files = shapeOfFiles(modelOf(claim, answers), 'exllama', undefined, answers)
    return withShape(reportOf(claim, flags), flags, files)
  },
}

// a script in the project's own folder: `python main.py` alone says nothing
const SCRIPT = /(?:^|\/)(?:tabby-?api(?:-main)?\/(?:main|start)\.py|exllama(?:v2|v3)?(?:-master)?\/.+\.py)$/i
// its own Python, as its start script makes it
const OWN_PYTHON = /(?:^|\/)tabby-?api(?:-main)?\/\.?venv\/bin\/python[\d.]*$/i
const MODULE = /^(?:exllamav2|exllamav3|tabbyapi)(?:\.|$)/i

function roleOf(process: HostProcess): Role | undefined {
  const launch = launchOf(process)
  if (launch === undefined) return undefined
  const { kind, name, path } = launch
  if (kind === 'module') return MODULE.test(name) ? 'root' : undefined
  const isOwn = OWN_PYTHON.test(process.command[0] ?? '') && (name === 'main.py' || name === 'start.py')
  return isOwn || SCRIPT.test(path) || /^tabby-?api$/i.test(name) ? 'root' : undefined
}

const WHY = 'TabbyAPI has no page of its cache'

function flagsOf({ root }: Claim, answers: Answers): EngineFlags {
  return exllamaFlags(launchOf(root)?.args ?? [], environmentOf(root.pid, answers))
}

function modelOf(claim: Claim, answers: Answers): NamedModel | undefined {
  const { args = [] } = launchOf(claim.root) ?? {}
  const below =
    flagValue(args, 'model-dir') ?? environmentOf(claim.root.pid, answers)['TABBY_MODEL_MODEL_DIR']
  const text = exllamaFolder(flagsOf(claim, answers), below)
  return text === undefined ? undefined : { claim, text }
}

/** What neither the command line nor a variable says stands in config.yml, if anywhere. */
function reportOf({ root }: Claim, flags: EngineFlags): EngineReport {
  const report = silentReport(flags, WHY, { kvType: { value: 'f16', origin: 'default' } })
  const isTabby = launchOf(root)?.kind !== 'module' || /^tabbyapi/i.test(launchOf(root)?.name ?? '')
  const { contextTokens, maxTotalTokens } = flags.settings
  if (!isTabby || (flags.model !== undefined && (contextTokens ?? maxTotalTokens) !== undefined))
    return report
  return {
    ...report,
    telemetryGaps: settingsGaps({ ...flags, settingsFile: flags.settingsFile ?? 'config.yml' }),
  }
}
