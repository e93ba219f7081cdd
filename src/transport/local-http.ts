import { Agent, get } from 'node:http'
import { isIPv6 } from 'node:net'
import type { IncomingMessage } from 'node:http'
import type { Fault } from '../core/fault.ts'
import type { Part } from '../model/sample.ts'

export interface HttpTarget {
  readonly host: string
  readonly port: number
  readonly path: string
  readonly maxBytes: number
}

/** How long an engine may take to answer (engines.md §6); a busy one answers late, and then not at all costs less. */
export const HTTP_TIMEOUT_MS = 1000

/**
 * What is asked of an engine, ever: pages that only report. Whatever is not here is refused, so that no mistake
 * elsewhere can start a profile, flush a cache or run an inference.
 */
const REPORTING_PATHS: ReadonlySet<string> = new Set([
  '/health',
  '/metrics',
  '/props',
  '/slots',
  '/v1/models',
  '/version',
  '/api/version',
  '/api/ps',
  '/server_info',
  '/get_server_info',
  '/model_info',
  '/info',
  '/running',
])

/** The key for an address, by `ADDRESS PORT`; nothing is sent to any other. */
export type KeysByAddress = ReadonlyMap<string, string>

export interface HttpOptions {
  readonly keys?: KeysByAddress | undefined
  /** How long an answer may take, from when the request has a connection. */
  readonly timeoutMs?: number
}

/** One connection a server, kept open between ticks. */
export function httpAgent(): Agent {
  return new Agent({ keepAlive: true, maxSockets: 1 })
}

/**
 * One GET, without following redirects. Any answer but a refusal (401, 403) is a text part with its status; no answer,
 * a refusal, and a body beyond `maxBytes` are fault parts.
 */
export async function httpGet(
  agent: Agent,
  target: HttpTarget,
  signal: AbortSignal,
  { keys, timeoutMs = HTTP_TIMEOUT_MS }: HttpOptions = {},
): Promise<Part> {
  if (!isAllowed(target)) {
    const what = `${urlOf(target)} (not a page that llmtop asks for)`
    return { kind: 'fault', fault: { kind: 'no-permission', what } }
  }
  const key = keys?.get(`${target.host} ${target.port}`)
  return withoutKey(await ask({ agent, target, signal, key, timeoutMs }), key)
}

/** A server that echoes what it was sent gives away nothing. */
export function withoutKey(part: Part, key: string | undefined): Part {
  return part.kind === 'text' && key !== undefined
    ? { ...part, text: part.text.replaceAll(key, '***') }
    : part
}

interface Request {
  readonly agent: Agent
  readonly target: HttpTarget
  readonly signal: AbortSignal
  readonly key: string | undefined
  readonly timeoutMs: number
}

async function ask(request: Request): Promise<Part> {
  const answer = await attempt(request)
  // the server closed a kept connection just as it was used again: that says nothing about the server
  if (answer !== 'stale-connection') return answer
  const second = await attempt(request)
  return second === 'stale-connection' ? failed(noServer(request.target, 'ECONNRESET')) : second
}

/** Whether it may be asked at all: host and port may come from a stranger's command line. */
export function isAllowed({ host, port, path }: HttpTarget): boolean {
  return REPORTING_PATHS.has(path) && /^[\w.:-]+$/.test(host) && port > 0 && port < 65_536
}

function attempt({ agent, target, signal, key, timeoutMs }: Request): Promise<Part | 'stale-connection'> {
  return new Promise((resolve) => {
    const { host, port, path } = target
    const headers = { accept: '*/*', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) }
    const request = get({ host, port, path, agent, signal, headers })
    let timer: NodeJS.Timeout | undefined

    function settle(answer: Part | 'stale-connection'): void {
      clearTimeout(timer)
      resolve(answer)
      if (answer === 'stale-connection' || answer.kind === 'fault') request.destroy()
    }

    request.on('socket', () => {
      // from here on: a request that waits for the one before it has not been asked yet
      timer = setTimeout(() => {
        settle(failed({ kind: 'timed-out', what: urlOf(target), afterMs: timeoutMs }))
      }, timeoutMs)
    })
    request.on('response', (response) => {
      collect(response, target, settle)
    })
    request.on('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.message
      const stale = request.reusedSocket && code === 'ECONNRESET'
      settle(stale ? 'stale-connection' : failed(noServer(target, code)))
    })
  })
}

function collect(response: IncomingMessage, target: HttpTarget, give: (answer: Part) => void): void {
  const status = response.statusCode ?? 0
  if (status === 401 || status === 403) {
    give(failed({ kind: 'refused', url: urlOf(target), status }))
    return
  }
  const chunks: Buffer[] = []
  let length = 0
  response.on('data', (chunk: Buffer) => {
    length += chunk.length
    if (length > target.maxBytes)
      give(failed({ kind: 'too-large', what: urlOf(target), maxBytes: target.maxBytes }))
    else chunks.push(chunk)
  })
  response.on('end', () => {
    const contentType = response.headers['content-type']
    const text = Buffer.concat(chunks).toString('utf8')
    give({ kind: 'text', text, status, ...(contentType === undefined ? {} : { contentType }) })
  })
  response.on('error', (error) => {
    give(failed(noServer(target, error.message)))
  })
}

function noServer(target: HttpTarget, why: string): Fault {
  return { kind: 'not-found', what: `a server that answers ${urlOf(target)} (${why})` }
}

export function urlOf({ host, port, path }: HttpTarget): string {
  return `http://${isIPv6(host) ? `[${host}]` : host}:${port}${path}`
}

function failed(fault: Fault): Part {
  return { kind: 'fault', fault }
}
