import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf, type Launch } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { onlyModel, silentReport } from './silent-report.ts'

/** The desktop program or its daemon `llmster`; models run in workers that are its own Node and Electron processes. */
export const lmstudio: Engine = {
  id: 'lmstudio',
  label: 'LM Studio',
  claim: claimBy('lmstudio', roleOf),
  wants: () => [],
  report: () => ({ ...silentReport(onlyModel('lmstudio', undefined), WHY), telemetryGaps: [ONLY_IN_LMS] }),
}

const NAME = /^(?:lm-studio|lmstudio|lm studio|llmster|lm-studio[\w.-]*\.appimage)$/i
// where it keeps its own Node and its workers
const HOME = /(?:^|\/)(?:\.lmstudio|\.cache\/lm-studio|LM Studio|lm-studio)\//

function roleOf(process: HostProcess): Role | undefined {
  const launch = launchOf(process)
  if (launch === undefined) return undefined
  if (isWorker(launch)) return 'member'
  return NAME.test(launch.name) ? 'root' : undefined
}

function isWorker({ name, path, args }: Launch): boolean {
  if (NAME.test(name))
    return args.some((arg) => arg.startsWith('--type=')) || args[0]?.endsWith('.js') === true
  return HOME.test(path) || (name === 'node' && HOME.test(args.find((arg) => !arg.startsWith('-')) ?? ''))
}

const WHY = 'LM Studio has no page of its cache'

const ONLY_IN_LMS = {
  what: 'model and settings',
  remedy: 'LM Studio says them to its own command alone: lms ps',
}
