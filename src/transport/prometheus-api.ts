import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as requestHttps } from 'node:https'
import { createGunzip } from 'node:zlib'
import type { Fault } from '../core/fault.ts'
import { lastLine, printable } from '../core/text.ts'
import { troubleWords } from './prometheus-trouble.ts'

/** How a Prometheus (or Thanos, Mimir, VictoriaMetrics) is reached. Secrets come from files, never from the command line. */
export interface PrometheusAddress {
  /** As far as before `/api/v1`. */
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly tls: {
    readonly ca?: string
    readonly certificate?: string
    readonly key?: string
  }
}

export type ApiText =
  { readonly kind: 'text'; readonly text: string } | { readonly kind: 'fault'; readonly fault: Fault }

const TIMEOUT_MS = 10_000
// 1,000 GPUs are 3 MB; a history of ten minutes of them ten times that
const MAX_BYTES = 128 * 1024 * 1024

/** Asks one query as a form, so that no length of it is too much for a URL. Redirects are not followed: they would take the key along. */
export async function askPrometheus(
  address: PrometheusAddress,
  endpoint: 'query' | 'query_range',
  form: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<ApiText> {
  const where = printable(`${address.url.origin}${address.url.pathname}`)
  const limit = deadline(signal)
  try {
    const answer = await post(address, endpoint, new URLSearchParams(form).toString(), limit.ended)
    const status = answer.statusCode ?? 0
    const text = await bodyOf(answer)
    // an error of the query itself is JSON under 400, 422 and 503, and its own words are better
    const isJson = answer.headers['content-type']?.includes('json') === true
    if (status === 200 || (isJson && status !== 401 && status !== 403)) return { kind: 'text', text }
    return failed(where, statusWords(status, answer, text))
  } catch (error) {
    if (limit.ended.aborted) return failed(where, `gave no answer within ${TIMEOUT_MS / 1000} s`)
    return failed(where, troubleWords(error, address.tls.certificate !== undefined))
  } finally {
    limit.release()
  }
}

/**
 * Ends with `signal`, or after the time for one answer. A timer of its own: that of `AbortSignal.timeout` may be collected
 * as garbage where only `AbortSignal.any` knows of it, and then never ends (https://github.com/nodejs/node/issues/57736).
 */
function deadline(signal: AbortSignal): { readonly ended: AbortSignal; release(): void } {
  const controller = new AbortController()
  const stop = (): void => {
    controller.abort()
  }
  const timer = setTimeout(stop, TIMEOUT_MS)
  signal.addEventListener('abort', stop)
  if (signal.aborted) stop()
  return {
    ended: controller.signal,
    release() {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
    },
  }
}

function post(
  { url, headers, tls }: PrometheusAddress,
  endpoint: string,
  body: string,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    method: 'POST',
    headers: {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
    signal,
  }
  const target = new URL(`${url.pathname.replace(/\/$/, '')}/api/v1/${endpoint}`, url)
  return new Promise((resolve, reject) => {
    const sent =
      url.protocol === 'https:'
        ? requestHttps(target, { ...options, ca: tls.ca, cert: tls.certificate, key: tls.key }, resolve)
        : requestHttp(target, options, resolve)
    sent.on('error', reject)
    sent.end(body)
  })
}

async function bodyOf(answer: IncomingMessage): Promise<string> {
  const stream = answer.headers['content-encoding'] === 'gzip' ? answer.pipe(createGunzip()) : answer
  const pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of stream as AsyncIterable<Buffer>) {
    bytes += piece.length
    if (bytes > MAX_BYTES) throw new Error(`its answer is larger than ${MAX_BYTES / 2 ** 20} MiB`)
    pieces.push(piece)
  }
  return Buffer.concat(pieces).toString('utf8')
}

function statusWords(status: number, { headers }: IncomingMessage, text: string): string {
  if (status === 401 || status === 403) {
    return `answered ${status}: give a token with --token-file or headers with --header-file`
  }
  if (status >= 300 && status < 400)
    return `redirects to '${printable(headers.location ?? '')}': give that address itself`
  if (status === 404) return 'has no /api/v1 there: is it the address of a Prometheus, with its path?'
  return `answered ${status}: '${lastLine(text, 60)}'`
}

function failed(url: string, because: string): ApiText {
  return { kind: 'fault', fault: { kind: 'query-failed', url, because } }
}
