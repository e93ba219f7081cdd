import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf, type Launch } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { onlyModel, silentReport } from './silent-report.ts'
import { hasFlag, flagValue } from './program.ts'

/** With its Transformers and ExLlama loaders it holds the model itself; GGUF models run in a llama-server below it, which is claimed as that. */
export const textGenerationWebui: Engine = {
  id: 'text-generation-webui',
  label: 'text-generation-webui',
  claim: claimBy('text-generation-webui', roleOf),
  wants: () => [],
  report: ({ root }) =>
    silentReport(onlyModel('text-generation-webui', flagValue(launchOf(root)?.args ?? [], 'model')), WHY),
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
