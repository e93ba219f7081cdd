import { stat, unlink } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { createSecureContext } from 'node:tls'
import { RULES } from '../../analyse/rules.ts'
import { describeListenAddress, isLocal, type ListenAddress } from '../../config/listen-address.ts'
import type { Loaded } from '../../config/load.ts'
import { printable } from '../../core/text.ts'
import type { OptionalLabel } from '../../outputs/prometheus/metric.ts'
import { prometheusOutput } from '../../outputs/prometheus/output.ts'
import { serveMetrics, type MetricsServer, type ServerOptions } from '../../outputs/prometheus/server.ts'
import { guardAgainstCrash } from '../../runtime/crash.ts'
import { run } from '../../runtime/run.ts'
import { watchSignals } from '../../runtime/signals.ts'
import type { Source } from '../../sources/source.ts'
import { thisMachine } from '../commands/live.ts'
import { EXIT, type Environment } from '../environment.ts'
import { readOptionFiles } from '../option-files.ts'
import { verdict } from '../verdict.ts'
import { readHostNames } from '../ssh/host-names.ts'
import { watchedHosts } from '../ssh/watched-hosts.ts'
import type { ServeOptions } from './options.ts'

/** Serves metrics until it is told to end; a sentence on what was asked wrongly, where nothing was served. */
export async function runServe(
  environment: Environment,
  loaded: Loaded,
  options: ServeOptions,
): Promise<string | undefined> {
  const source = await sourceOf(environment, loaded, options)
  if (typeof source === 'string') return source
  const protection = await protectionOf(options)
  if (typeof protection === 'string') return protection
  await serve(environment, options, source, protection)
  return undefined
}

/** What is exported, or one sentence on a host that can be none. */
async function sourceOf(
  environment: Environment,
  loaded: Loaded,
  options: ServeOptions,
): Promise<Source | string> {
  const { watchSsh } = options
  const { settings } = loaded
  if (watchSsh === undefined) return thisMachine(environment, settings, settings.intervalMs)
  const named = readHostNames(watchSsh, settings.groups)
  return named.kind === 'problem' ? named.problem : watchedHosts(environment, settings, named.hosts, options)
}

type Protection = Pick<ServerOptions, 'token' | 'tls'>

/** The token and the certificate, or one sentence on what is wrong with them. */
async function protectionOf(options: ServeOptions): Promise<Protection | string> {
  const wrong = refusal(options)
  if (wrong !== undefined) return wrong
  const { tokenFile, tlsCert, tlsKey } = options
  const texts = await readOptionFiles({
    '--token-file': tokenFile,
    '--tls-cert': tlsCert,
    '--tls-key': tlsKey,
  })
  if (typeof texts === 'string') return texts
  const { '--token-file': token, '--tls-cert': certificate, '--tls-key': key } = texts
  if (certificate === undefined || key === undefined) return { token, tls: undefined }
  try {
    createSecureContext({ cert: certificate, key })
    return { token, tls: { certificate, key } }
  } catch (error) {
    const because = printable(error instanceof Error ? error.message : String(error))
    return `--tls-cert and --tls-key are no certificate and its key, both in PEM: ${because}`
  }
}

function refusal({ listen, tokenFile, tlsCert, tlsKey, insecure }: ServeOptions): string | undefined {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) return '--tls-cert and --tls-key belong together'
  const isProtected = tokenFile !== undefined || tlsCert !== undefined
  if (isLocal(listen) || isProtected || insecure === true) return undefined
  return `${describeListenAddress(listen)} can be reached from other machines: give --token-file or --tls-cert and --tls-key, or --insecure if that is meant`
}

async function serve(
  environment: Environment,
  options: ServeOptions,
  source: Source,
  protection: Protection,
): Promise<void> {
  const { stderr, version } = environment
  const output = prometheusOutput(() => performance.now(), askedLabels(options))
  const server = await opened(options.listen, () =>
    serveMetrics(output, { address: addressOf(options.listen), ...protection }),
  )
  if (typeof server === 'string') {
    stderr.write(`llmtop: ${server}\n`)
    environment.exitWith(EXIT.fault)
    return
  }
  const watch = watchSignals((code) => process.exit(code))
  guardAgainstCrash(version, () => undefined)
  stderr.write(`llmtop: metrics at ${placeOf(options, server)}\n`)
  try {
    const result = await run({ source, outputs: [output], rules: RULES, signal: watch.signal })
    environment.exitWith(watch.exitCode() ?? verdict(environment, result, undefined))
  } finally {
    await server.close()
    watch.release()
  }
}

/** What a scraper is given: with the port that the system chose, where that was left to it. */
function placeOf({ listen, tlsCert }: ServeOptions, { port = 0 }: MetricsServer): string {
  if (listen.kind === 'unix') return `${printable(describeListenAddress(listen))}, path /metrics`
  const scheme = tlsCert === undefined ? 'http' : 'https'
  return `${scheme}://${describeListenAddress({ ...listen, port })}/metrics`
}

function askedLabels({ labelPid, labelCommand }: ServeOptions): ReadonlySet<OptionalLabel> {
  const pid: readonly OptionalLabel[] = labelPid === true ? ['pid'] : []
  const command: readonly OptionalLabel[] = labelCommand === true ? ['command'] : []
  return new Set([...pid, ...command])
}

async function opened(
  address: ListenAddress,
  open: () => Promise<MetricsServer>,
): Promise<MetricsServer | string> {
  try {
    if (address.kind === 'unix') await removeDeadSocket(address.path)
    return await open()
  } catch (error) {
    const where = printable(describeListenAddress(address))
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE')
      return `something listens on ${where} already; give another place with --listen`
    if (code === 'EACCES') return `there is no permission to listen on ${where}; ports below 1024 need one`
    return `can't listen on ${where}: ${printable(error instanceof Error ? error.message : String(error))}`
  }
}

/** A socket file that nobody listens on is left from a run that was killed; anything else there is not ours to remove. */
async function removeDeadSocket(path: string): Promise<void> {
  const isSocket = await stat(path).then(
    (found) => found.isSocket(),
    () => false,
  )
  if (isSocket && !(await isAnswered(path))) await unlink(path)
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    const end = (answered: boolean) => (): void => {
      socket.destroy()
      resolve(answered)
    }
    socket.once('connect', end(true))
    socket.once('error', end(false))
  })
}

function addressOf(address: ListenAddress): ServerOptions['address'] {
  return address.kind === 'unix' ? { path: address.path } : { host: address.host, port: address.port }
}
