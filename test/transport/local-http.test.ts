import { createServer } from 'node:http'
import { describe, expect, onTestFinished, test } from 'vitest'
import { localTransport } from '../../src/transport/local.ts'
import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Part } from '../../src/model/sample.ts'
import type { Want } from '../../src/model/want.ts'
import type { Transport } from '../../src/transport/transport.ts'

describe('asking an engine over HTTP', () => {
  test('gives its answer with status and content type, secrets masked', async () => {
    const engine = await serve((_, response) => {
      response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' })
      response.end('vllm:info{hf_token="hf_abcdefghijklmnop1234"} 1\n')
    })
    expect(await engine.ask('/metrics')).toEqual({
      kind: 'text',
      text: 'vllm:info{hf_token="***"} 1\n',
      status: 200,
      contentType: 'text/plain; version=0.0.4',
    })
    expect(engine.asked.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /metrics'])
  })

  test('keeps an answer that is no success: a model that loads, a page that is off', async () => {
    const engine = await serve((_, response) => response.writeHead(503).end('Loading model'))
    expect(await engine.ask('/health')).toEqual({ kind: 'text', text: 'Loading model', status: 503 })
  })

  test.each([401, 403])('takes %i for a refusal', async (status) => {
    const engine = await serve((_, response) => response.writeHead(status).end('key?'))
    const url = `http://127.0.0.1:${engine.port}/slots`
    expect(await engine.ask('/slots')).toEqual({ kind: 'fault', fault: { kind: 'refused', url, status } })
  })

  test('follows no redirect', async () => {
    const engine = await serve((_, response) => response.writeHead(302, { location: '/metrics' }).end())
    expect(await engine.ask('/health')).toMatchObject({ kind: 'text', status: 302 })
    expect(engine.asked).toHaveLength(1)
  })

  test.each([
    '/health_generate',
    '/metrics?x=1',
    '/upstream/a/metrics',
    '/../metrics',
    'metrics',
    '/v1/models\r\nx: y',
  ])('never asks for a page that does more than report: %j', async (path) => {
    const engine = await serve((_, response) => response.end())
    const part = await engine.ask(path)
    expect(part.kind === 'fault' && part.fault.kind).toBe('no-permission')
    expect(engine.asked).toEqual([])
  })

  test.each([
    ['a line feed', '127.0.0.1\nx', 80],
    ['nothing', '', 80],
    ['a user', 'a@b', 80],
    ['no such port', '127.0.0.1', 70_000],
  ])('asks no address with %s', async (_, host, port) => {
    const part = await ask(localTransport({ probe: true }), { ...METRICS, host, port })
    expect(part.kind === 'fault' && part.fault.kind).toBe('no-permission')
  })

  test('stops reading an answer that grows too large', async () => {
    const engine = await serve((_, response) => {
      response.write('x'.repeat(2000))
    })
    const what = `http://127.0.0.1:${engine.port}/metrics`
    expect(await engine.ask('/metrics', { maxBytes: 1000 })).toEqual({
      kind: 'fault',
      fault: { kind: 'too-large', what, maxBytes: 1000 },
    })
  })

  test.each([
    ['never answers', () => undefined],
    ['stops in the middle', (_: IncomingMessage, response) => void response.write('half')],
  ] as readonly (readonly [string, RequestListener])[])('gives up an engine that %s', async (_, listener) => {
    const engine = await serve(listener)
    const what = `http://127.0.0.1:${engine.port}/metrics`
    expect(await engine.ask('/metrics')).toEqual({
      kind: 'fault',
      fault: { kind: 'timed-out', what, afterMs: 1000 },
    })
  })

  test('says where nobody listens', async () => {
    const engine = await serve((_, response) => response.end())
    await engine.close()
    const what = `a server that answers http://127.0.0.1:${engine.port}/metrics (ECONNREFUSED)`
    expect(await engine.ask('/metrics')).toEqual({ kind: 'fault', fault: { kind: 'not-found', what } })
  })

  test('keeps one connection, and asks again when the engine has closed it in between', async () => {
    const engine = await serve((request, response) => {
      if (engine.asked.length === 3) request.socket.destroy()
      else response.end('ok')
    })
    const answers = [await engine.ask('/metrics'), await engine.ask('/metrics'), await engine.ask('/metrics')]
    expect(answers).toEqual(Array(3).fill({ kind: 'text', text: 'ok', status: 200 }))
    const [first, second, third, fourth] = engine.asked.map(({ socket }) => socket)
    expect([second === first, third === first, fourth === first]).toEqual([true, true, false])
  })

  test('has one request at a time under way, the others wait', async () => {
    let open = 0
    const most: number[] = []
    const engine = await serve((_, response) => {
      most.push(++open)
      setTimeout(() => {
        open -= 1
        response.end('ok')
      }, 30)
    })
    await Promise.all([engine.ask('/metrics'), engine.ask('/props'), engine.ask('/slots')])
    expect(most).toEqual([1, 1, 1])
  })

  test('sends a key to the address that it was given for, and to no other', async () => {
    const KEY = 'a-key-of-no-known-shape'
    const seen: (string | undefined)[] = []
    const listener: RequestListener = (request, response) => {
      seen.push(request.headers.authorization)
      response.end(`you said ${request.headers.authorization ?? 'nothing'}`)
    }
    const [engine, other] = [await serve(listener), await serve(listener)]
    const keys = new Map([[`127.0.0.1 ${engine.port}`, KEY]])
    const transport = localTransport({ probe: true, keys })
    const part = await ask(transport, { ...METRICS, port: engine.port })
    await ask(transport, { ...METRICS, port: other.port })
    expect(seen).toEqual([`Bearer ${KEY}`, undefined])
    expect(JSON.stringify(part)).not.toContain(KEY)
  })

  test('does not happen with --no-probe', async () => {
    const engine = await serve((_, response) => response.end('ok'))
    expect(await ask(localTransport({ probe: false }), { ...METRICS, port: engine.port })).toEqual({
      kind: 'fault',
      fault: { kind: 'no-permission', what: 'HTTP probing (--no-probe)' },
    })
    expect(engine.asked).toEqual([])
  })

  test('ends with the run', async () => {
    const engine = await serve(() => undefined)
    const ending = new AbortController()
    const part = ask(localTransport({ probe: true }), { ...METRICS, port: engine.port }, ending.signal)
    ending.abort()
    expect(await part).toMatchObject({ kind: 'fault', fault: { kind: 'not-found' } })
  })
})

const METRICS = {
  kind: 'http',
  host: '127.0.0.1',
  port: 80,
  path: '/metrics',
  every: 'tick',
  maxBytes: 100_000,
} as const

interface Engine {
  readonly port: number
  readonly asked: readonly { readonly method: string; readonly url: string; readonly socket: Socket }[]
  ask(path: string, settings?: { readonly maxBytes: number }): Promise<Part>
  close(): Promise<void>
}

async function serve(listener: RequestListener): Promise<Engine> {
  const asked: { method: string; url: string; socket: Socket }[] = []
  const server = createServer((request, response) => {
    asked.push({ method: request.method ?? '', url: request.url ?? '', socket: request.socket })
    listener(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => closed(server))
  const { port } = server.address() as AddressInfo
  const transport = localTransport({ probe: true })
  return {
    port,
    asked,
    ask: (path, settings = { maxBytes: 100_000 }) => ask(transport, { ...METRICS, port, path, ...settings }),
    close: () => closed(server),
  }
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve()
    })
    server.closeAllConnections()
  })
}

async function ask(transport: Transport, want: Want, signal = new AbortController().signal): Promise<Part> {
  const [part] = (await transport.fetch(want, signal)).values()
  if (part === undefined) throw new Error('no part')
  return part
}
