import { timingSafeEqual, createHash } from 'node:crypto'
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { CONTENT_TYPES } from './exposition.ts'
import { formatFor } from './negotiate.ts'
import type { PrometheusOutput } from './output.ts'

export interface ServerOptions {
  readonly address: { readonly host: string; readonly port: number } | { readonly path: string }
  /** Whoever scrapes must send it as a bearer token. */
  readonly token: string | undefined
  readonly tls: { readonly certificate: string; readonly key: string } | undefined
}

export interface MetricsServer {
  /** The port, where the address left it to the system. */
  readonly port: number | undefined
  close(): Promise<void>
}

// a scraper sends a few hundred bytes and reads at once; whoever dawdles is cut off
const REQUEST_TIMEOUT_MS = 10_000

/** Answers scrapes from what the output keeps. Rejects with the system's error when the address can't be had. */
export async function serveMetrics(source: PrometheusOutput, options: ServerOptions): Promise<MetricsServer> {
  const { address, tls } = options
  const listener = answerTo(source, options.token)
  const server: Server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: tls.certificate, key: tls.key, minVersion: 'TLSv1.2' }, listener)
  server.requestTimeout = REQUEST_TIMEOUT_MS
  server.headersTimeout = REQUEST_TIMEOUT_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    const listening = (): void => {
      server.off('error', reject)
      resolve()
    }
    server.listen(address, listening)
  })
  const bound = server.address()
  return {
    port: typeof bound === 'object' && bound !== null ? bound.port : undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

function answerTo(source: PrometheusOutput, token: string | undefined): RequestListener {
  return (request, response) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      say(response, 405, 'only GET\n', { allow: 'GET, HEAD' })
      return
    }
    const path = (request.url ?? '/').replace(/\?.*$/, '')
    if (path === '/healthz') health(source, response)
    else if (!isAllowed(request, token)) {
      say(response, 401, 'a bearer token is needed\n', { 'www-authenticate': 'Bearer' })
    } else if (path === '/metrics') metrics(source, request, response)
    else if (path === '/') say(response, 200, 'llmtop: the metrics are at /metrics\n')
    else say(response, 404, 'there is only /metrics and /healthz\n')
  }
}

function metrics(source: PrometheusOutput, request: IncomingMessage, response: ServerResponse): void {
  const format = formatFor(request.headers.accept)
  const page = source.page(format)
  if (page === undefined) say(response, 503, 'no sample yet\n', { 'retry-after': '2' })
  else say(response, 200, page, { 'content-type': CONTENT_TYPES[format], vary: 'accept' })
}

// as many intervals as make a gap
const STALE_INTERVALS = 3

function health(source: PrometheusOutput, response: ServerResponse): void {
  const fresh = source.freshness()
  if (fresh === undefined) say(response, 503, 'no sample yet\n')
  else if (fresh.ageMs > STALE_INTERVALS * fresh.intervalMs + REQUEST_TIMEOUT_MS) {
    say(response, 503, `the newest sample is ${Math.round(fresh.ageMs / 1000)} s old\n`)
  } else say(response, 200, 'ok\n')
}

/** Compared by their hashes, so that neither length nor time tells anything of the token. */
function isAllowed({ headers }: IncomingMessage, token: string | undefined): boolean {
  if (token === undefined) return true
  const given = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? ''
  return timingSafeEqual(digest(given), digest(token))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function say(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-content-type-options': 'nosniff',
    ...headers,
  })
  response.end(body)
}
