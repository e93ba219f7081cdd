import { missing } from '../core/reading.ts'
import type { HostProcess } from '../model/snapshot.ts'
import type { Want } from '../model/want.ts'
import { parseLmdeployMetrics } from '../parse/engine-pages/lmdeploy-metrics.ts'
import { addressOf, addressWants } from './address.ts'
import { pageWant } from './allow-list.ts'
import { pageAnswer } from './answers.ts'
import { claimBy, type Role } from './claim-by.ts'
import type { Answers, Claim, Engine, EngineReport } from './engine.ts'
import { environmentWant } from './environment.ts'
import type { EngineFlags } from './flags/engine-flags.ts'
import { lmdeployFlags } from './flags/lmdeploy.ts'
import type { NamedModel } from './hf-files.ts'
import { launchOf } from './launch.ts'
import { modelWants, shapeOfFiles } from './model-files.ts'
import { countedBy, pooled, preallocated, total } from './pool.ts'
import { flagValue, hasFlag } from './program.ts'
import { withShape } from './shape.ts'
import { silentReport } from './silent-report.ts'

export const lmdeploy: Engine = {
  id: 'lmdeploy',
  label: 'LMDeploy',
  claim: claimBy('lmdeploy', roleOf),
  wants: (claim, answers) => {
    const metrics = metricsWant(claim, answers)
    return [
      environmentWant(claim.root.pid),
      ...addressWants(claim),
      ...(metrics === undefined ? [] : [metrics]),
      ...modelWants(modelOf(claim), answers),
    ]
  },
  report: (claim, answers) => {
    const files = shapeOfFiles(modelOf(claim), 'lmdeploy', undefined, answers)
    return withShape(lmdeployReport(claim, answers), flagsOf(claim), files)
  },
}

const SUBCOMMANDS = new Set(['serve', 'chat'])
const DEFAULT_PORT = 23_333

const NO_METRICS = { what: 'KV cache use and requests', remedy: 'start it without --disable-metrics' }

/** `lmdeploy serve api_server MODEL`, `lmdeploy chat MODEL`, and the module of the server with the model alone. */
function flagsOf({ root }: Claim): EngineFlags {
  const { name, args = [] } = launchOf(root) ?? {}
  const own = name === 'lmdeploy' ? args.slice(args[0] === 'serve' ? 2 : 1) : args
  return lmdeployFlags(own)
}

function modelOf(claim: Claim): NamedModel | undefined {
  const { args = [] } = launchOf(claim.root) ?? {}
  const text = flagsOf(claim).model?.text
  if (text === undefined) return undefined
  return { claim, text, revision: flagValue(args, 'revision'), downloads: flagValue(args, 'download-dir') }
}

function roleOf(process: HostProcess): Role | undefined {
  const { name, args = [] } = launchOf(process) ?? {}
  if (name?.startsWith('lmdeploy.serve.') === true) return 'root'
  return name === 'lmdeploy' && SUBCOMMANDS.has(args[0] ?? '') ? 'root' : undefined
}

function metricsWant(claim: Claim, answers: Answers): Want | undefined {
  const { args = [] } = launchOf(claim.root) ?? {}
  if (args[0] === 'chat' || hasFlag(args, 'disable-metrics')) return undefined
  const port = Number(flagValue(args, 'server-port') ?? DEFAULT_PORT)
  const host = flagValue(args, 'server-name')
  const address = addressOf(claim, { port, ...(host === undefined ? {} : { host }) }, answers)
  return address === undefined ? undefined : pageWant(address, '/metrics')
}

function lmdeployReport(claim: Claim, answers: Answers): EngineReport {
  const { args = [] } = launchOf(claim.root) ?? {}
  const silent = silentReport(flagsOf(claim), 'its metrics are not to be read')
  if (hasFlag(args, 'disable-metrics')) return { ...silent, telemetryGaps: [NO_METRICS] }
  const want = metricsWant(claim, answers)
  if (want === undefined) return silent
  const page = pageAnswer(answers, want)
  if (page.kind === 'missing') return { ...silent, kv: preallocated(page) }
  const replicas = parseLmdeployMetrics(page.text)
  if (replicas === undefined) {
    return { ...silent, kv: preallocated(missing('malformed', 'what answers on its port is not LMDeploy')) }
  }
  const running = total(replicas.map((replica) => replica.running))
  return {
    ...silent,
    state: running.kind === 'known' && running.value === 0 ? 'idle' : 'serving',
    kv: pooled(replicas.map(({ label, usedRatio }) => ({ label, usedRatio, capacityTokens: undefined }))),
    requests: {
      running,
      waiting: total(replicas.map(({ waiting }) => waiting)),
      preemptions: missing('not-supported'),
    },
    counted: countedBy(page.atMs, replicas),
  }
}
