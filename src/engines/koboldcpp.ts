import type { HostProcess } from '../model/snapshot.ts'
import { claimBy, type Role } from './claim-by.ts'
import type { Claim, Engine } from './engine.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { KOBOLDCPP_CONTEXT, koboldcppFlags } from './flags/koboldcpp.ts'
import { ggufShape, ggufWants } from './gguf-shape.ts'
import { launchOf } from './launch.ts'
import { withShape } from './shape.ts'
import { silentReport } from './silent-report.ts'

/** llama.cpp in one process, with flags of its own. */
export const koboldcpp: Engine = {
  id: 'koboldcpp',
  label: 'KoboldCpp',
  comms: ['koboldcpp', 'koboldcpp-linux'],
  claim: claimBy('koboldcpp', roleOf),
  wants: (claim, answers) => ggufWants(claim, fileOf(claim), answers),
  report: (claim, answers) => {
    const flags = flagsOf(claim)
    return withShape(silentReport(flags, WHY, DEFAULTS), flags, ggufShape(claim, fileOf(claim), answers))
  },
}

// koboldcpp.py, koboldcpp-linux-x64-cuda1210, koboldcpp_cu12, koboldcpp-rocm
const NAME = /^koboldcpp(?:[-_][\w.-]+)?(?:\.py)?$/

function roleOf(process: HostProcess): Role | undefined {
  return NAME.test(launchOf(process)?.name ?? '') ? 'root' : undefined
}

const WHY = 'KoboldCpp has no page of its cache'

const DEFAULTS = {
  contextTokens: { value: KOBOLDCPP_CONTEXT, origin: 'default' },
  kvType: { value: 'f16', origin: 'default' },
} as const

function flagsOf({ root }: Claim): EngineFlags {
  return koboldcppFlags(launchOf(root)?.args ?? [])
}

function fileOf(claim: Claim): string | undefined {
  return flagsOf(claim).model?.text
}
