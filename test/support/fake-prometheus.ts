import { createServer, type RequestListener } from 'node:http'
import { listening } from './listening.ts'

/** A server of HTTP that answers as it is told to, and may be told otherwise while it runs. */
export interface FakePrometheus {
  readonly url: string
  answer(listener: RequestListener): void
}

export async function fakePrometheus(first: RequestListener): Promise<FakePrometheus> {
  let listener = first
  const server = createServer((request, response) => {
    listener(request, response)
  })
  const port = await listening(server)
  return {
    url: `http://127.0.0.1:${port}`,
    answer: (next) => {
      listener = next
    },
  }
}

/** Any answer with this status and body. */
export function says(status: number, body: string, type = 'text/html'): RequestListener {
  return (_, response) => {
    response.writeHead(status, { 'content-type': type })
    response.end(body)
  }
}

/** One card of one host by dcgm-exporter, scraped now by a clock that is so much ahead. */
export function oneCard(extra: object = {}, aheadMs = 0): RequestListener {
  return (request, response) => {
    const now = (Date.now() + aheadMs) / 1000
    const labels = { UUID: 'GPU-1', gpu: '0', hostname: 'gpu-01', instance: '10.0.0.1:9400' }
    const series = (name: string, value: number): object => ({
      metric: { __name__: name, ...labels },
      value: [now, String(value)],
    })
    const result =
      request.url?.endsWith('query_range') === true
        ? []
        : [series('DCGM_FI_DEV_FB_USED', 60_000), series('DCGM_FI_DEV_FB_FREE', 21_000)]
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result }, ...extra }))
  }
}
