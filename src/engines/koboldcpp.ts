import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { blankReport } from './blank-report.ts'

export const koboldcpp: Engine = {
  id: 'koboldcpp',
  label: 'KoboldCpp',
  comms: ['koboldcpp', 'koboldcpp-linux'],
  claim: claimBy('koboldcpp', roleOf),
  wants: () => [],
  report: () => blankReport('not-yet-known'),
}

// koboldcpp.py, koboldcpp-linux-x64-cuda1210, koboldcpp_cu12, koboldcpp-rocm
const NAME = /^koboldcpp(?:[-_][\w.-]+)?(?:\.py)?$/

function roleOf(process: HostProcess): Role | undefined {
  return NAME.test(launchOf(process)?.name ?? '') ? 'root' : undefined
}
