import { known, missing } from '../core/reading.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import { parseTgiMetrics, type TgiMetrics } from '../parse/engine-pages/tgi-metrics.ts'
import { addressOf, addressWants } from './address.ts'
import { pageWant } from './allow-list.ts'
import { pageAnswer } from './answers.ts'
import { claimBy, type Role } from './claim-by.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import { environmentOf, environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { tgiFlags } from './flags/tgi.ts'
import type { NamedModel } from './hf-files.ts'
import { launchOf } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import { orMissing, pooled, preallocated } from './pool.ts'
import { flagValue } from './program.ts'
import { withShape } from './shape.ts'
import { silentReport } from './silent-report.ts'

/** The launcher holds the flags; the router answers; one Python shard per GPU holds the memory. */
export const tgi: Engine = {
  id: 'tgi',
  label: 'TGI',
  comms: ['text-generation'],
  claim: claimBy('tgi', roleOf),
  wants: (claim, answers) => {
    const metrics = metricsWant(claim, answers)
    return [
      environmentWant(claim.root.pid),
      ...addressWants(claim),
      ...(metrics === undefined ? [] : [metrics]),
      ...modelWants(modelOf(claim, answers), answers),
    ]
  },
  report: (claim, answers) => {
    const flags = flagsOf(claim, answers)
    const files = shapeOfFiles(modelOf(claim, answers), 'tgi', flags.quantization, answers)
    return withShape(reportOf(claim, answers), flags, files)
  },
}

function roleOf(process: HostProcess): Role | undefined {
  const { name = '' } = launchOf(process) ?? {}
  if (name === 'text-generation-launcher') return 'root'
  // the router's name carries its backend; a comm is cut to 15 bytes, and then nothing tells launcher, router and shard apart
  const isMember =
    /^text-generation(?:-server|-router(?:-.+)?)?$/.test(name) || name === 'text_generation_server.cli'
  return isMember ? 'member' : undefined
}

// of the launcher; its image sets PORT=80
const DEFAULT_PORT = 3000

function metricsWant(claim: Claim, answers: Answers): Want | undefined {
  const launch = launchOf(claim.root)
  if (launch?.name !== 'text-generation-launcher') return undefined
  const isImage = claim.root.container !== undefined
  const port = Number(flagValue(launch.args, 'port') ?? (isImage ? 80 : DEFAULT_PORT))
  const address = addressOf(claim, { port }, answers)
  return address === undefined ? undefined : pageWant(address, '/metrics')
}

function flagsOf(claim: Claim, answers: Answers): EngineFlags {
  const { name, args = [] } = launchOf(claim.root) ?? {}
  const flags = tgiFlags(args, environmentOf(claim.root.pid, answers))
  // a shard whose launcher is not to be seen: `text-generation-server serve MODEL`
  const text = name === 'text-generation-launcher' || args[0] !== 'serve' ? undefined : args[1]
  return text === undefined || text.startsWith('-') ? flags : { ...flags, model: { kind: 'name', text } }
}

function modelOf(claim: Claim, answers: Answers): NamedModel | undefined {
  const { args = [] } = launchOf(claim.root) ?? {}
  const text = flagsOf(claim, answers).model?.text
  const downloads = flagValue(args, 'huggingface-hub-cache')
  return text === undefined ? undefined : { claim, text, revision: flagValue(args, 'revision'), downloads }
}

function reportOf(claim: Claim, answers: Answers): EngineReport {
  const flags = flagsOf(claim, answers)
  const silent = silentReport(flags, 'TGI does not say it')
  const want = metricsWant(claim, answers)
  const page =
    want === undefined
      ? missing('not-supported', 'its launcher is not to be seen')
      : pageAnswer(answers, want)
  if (page.kind === 'missing') return { ...silent, kv: preallocated(page) }
  const metrics = parseTgiMetrics(page.text)
  if (metrics === undefined) {
    return { ...silent, kv: preallocated(missing('malformed', 'what answers on its port is not TGI')) }
  }
  return { ...silent, ...measured(metrics) }
}

function measured({ running, waiting, reservedTokens, capacityTokens }: TgiMetrics): Partial<EngineReport> {
  const usedRatio =
    reservedTokens === undefined || capacityTokens === undefined ? undefined : reservedTokens / capacityTokens
  return {
    state: running === 0 ? 'idle' : 'serving',
    kv: pooled([{ label: '0', usedRatio, capacityTokens, usedTokens: reservedTokens }]),
    requests: { running: known(running), waiting: orMissing(waiting), preemptions: missing('not-supported') },
  }
}
