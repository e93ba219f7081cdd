import { claimBy, type Role } from './claim-by.ts'
import type { Engine } from './engine.ts'
import { launchOf } from './launch.ts'
import type { HostProcess } from '../model/snapshot.ts'
import { flagValue } from './program.ts'
import { onlyModel, silentReport } from './silent-report.ts'

export const koboldcpp: Engine = {
  id: 'koboldcpp',
  label: 'KoboldCpp',
  comms: ['koboldcpp', 'koboldcpp-linux'],
  claim: claimBy('koboldcpp', roleOf),
  wants: () => [],
  report: ({ root }) => silentReport(onlyModel('koboldcpp', modelIn(launchOf(root)?.args ?? [])), WHY),
}

// koboldcpp.py, koboldcpp-linux-x64-cuda1210, koboldcpp_cu12, koboldcpp-rocm
const NAME = /^koboldcpp(?:[-_][\w.-]+)?(?:\.py)?$/

function roleOf(process: HostProcess): Role | undefined {
  return NAME.test(launchOf(process)?.name ?? '') ? 'root' : undefined
}

const WHY = 'KoboldCpp has no page of its cache'

/** `--model FILE`, or the file alone. */
function modelIn(args: readonly string[]): string | undefined {
  return flagValue(args, 'model') ?? args.find((arg) => arg.endsWith('.gguf'))
}
