import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { flagValue } from './program.ts'
import { onlyModel, silentReport } from './silent-report.ts'

/** ExLlama v2 and v3, by themselves or under TabbyAPI, whose settings lie in config.yml. */
export const exllama: Engine = {
  id: 'exllama',
  label: 'ExLlama',
  claim: claimBy('exllama', roleOf),
  wants: () => [],
  report: ({ root }) =>
    silentReport(onlyModel('exllama', flagValue(launchOf(root)?.args ?? [], 'model-name')), WHY),
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

const WHY = 'TabbyAPI has no page of its cache, and its settings lie in config.yml'
