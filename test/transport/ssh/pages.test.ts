import { readdirSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import { sshTransport } from '../../../src/transport/ssh/ssh-transport.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { errands } from '../../../src/sources/local/errands.ts'
import { tellKeys } from '../../../src/sources/ssh/node-keys.ts'
import { listening } from '../../support/listening.ts'
import { nodeHere, which, type NodeTools } from '../../support/node-here.ts'
import type { Part } from '../../../src/model/sample.ts'
import type { Want } from '../../../src/model/want.ts'

const FETCHERS: readonly (readonly [string, NodeTools])[] = [
  ['curl', {}],
  ['wget', { without: ['curl'] }],
  ['the wget of busybox', { without: ['curl'], links: { wget: 'busybox' } }],
]

const HERE = FETCHERS.filter(([, { links }]) => which(links?.['wget'] ?? 'curl') !== undefined)

describe('pages of engines on a node', { timeout: 20_000 }, () => {
  test.each(HERE)('come by %s', async (name, tools) => {
    const port = await serve()
    const parts = await fetchAll(tools, [page(port, '/health'), page(port, '/metrics')])
    const type = name.includes('busybox') ? {} : { contentType: 'text/plain' }
    expect(parts).toEqual([
      { kind: 'text', text: 'path /health', status: 200, ...type },
      { kind: 'text', text: 'vllm:num_requests_running 1\n', status: 200, ...type },
    ])
  })

  test('are all fetched at once: one that hangs costs a second, and not one each', async () => {
    const port = await serve()
    const parts = await fetchAll({}, [
      ...Array.from({ length: 6 }, (_, at) => page(port, '/slots', 1000 + at)),
      page(port, '/health'),
    ])
    expect(parts.map((part) => part?.kind)).toEqual([...Array<string>(6).fill('fault'), 'text'])
    expect(parts[0]).toEqual({
      kind: 'fault',
      fault: { kind: 'timed-out', what: `http://127.0.0.1:${port}/slots`, afterMs: 1000 },
    })
  })

  test('that are refused, too large, elsewhere or not there are faults', async () => {
    const port = await serve()
    const parts = await fetchAll({}, [
      page(port, '/v1/models'),
      { ...page(port, '/health'), maxBytes: 3 },
      page(port, '/version'),
      page(1, '/health'),
      page(port, '/reset'),
      { ...page(port, '/health'), host: 'localhost' },
      { ...page(port, '/health'), host: '127.0.0.1 -o/tmp/x' },
    ])
    expect(parts.map((part) => (part?.kind === 'fault' ? part.fault.kind : part))).toEqual([
      'refused',
      'too-large',
      { kind: 'text', text: 'moved', status: 302, contentType: 'text/plain' },
      'not-found',
      'no-permission',
      'no-permission',
      'no-permission',
    ])
  })

  test('are not asked for with --no-probe', async () => {
    const asked: string[] = []
    const port = await serve((path) => asked.push(path))
    const [part] = await fetchAll({}, [page(port, '/health')], false)
    expect(part).toEqual({
      kind: 'fault',
      fault: { kind: 'no-permission', what: 'HTTP probing (--no-probe)' },
    })
    expect(asked).toEqual([])
  })
})

const KEY = 'a"b\\c$(id)`d'

test(
  'a key reaches the engine of its address alone, and no command line of the node',
  { timeout: 20_000 },
  async () => {
    const seen: { readonly key: string | undefined; readonly commands: string }[] = []
    const note = (request: IncomingMessage, response: ServerResponse): void => {
      seen.push({ key: request.headers.authorization, commands: commandLines() })
      response.end(`{"n_ctx":1,"echo":${JSON.stringify(request.headers.authorization ?? '')}}`)
    }
    const [mine, other] = [await serveWith(note), await serveWith(note)]
    const keys = new Map([[`127.0.0.1 ${mine}`, KEY]])
    const { ask } = await nodeHere({})
    tellKeys(ask, keys, errands(systemClock(), new AbortController().signal))
    const transport = sshTransport({ host: 'node1', ask, probe: true, keys })
    const { signal } = new AbortController()
    const parts = [
      await transport.fetch(page(mine, '/props'), signal),
      await transport.fetch(page(other, '/props'), signal),
    ]
    expect(seen.map(({ key }) => key)).toEqual([`Bearer ${KEY}`, undefined])
    expect(seen[0]?.commands).toContain('curl')
    expect(seen.map(({ commands }) => commands).join()).not.toContain(KEY)
    expect(JSON.stringify(parts.map((found) => [...found]))).not.toContain(JSON.stringify(KEY).slice(1, -1))
  },
)

/** Of all processes of this machine that may be read. */
function commandLines(): string {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      } catch {
        return ''
      }
    })
    .join('\n')
}

function page(port: number, path: string, maxBytes = 4096): Extract<Want, { readonly kind: 'http' }> {
  return { kind: 'http', host: '127.0.0.1', port, path, every: 'tick', maxBytes }
}

async function fetchAll(
  tools: NodeTools,
  wants: readonly Want[],
  probe = true,
): Promise<readonly (Part | undefined)[]> {
  const connection = await nodeHere(tools)
  const transport = sshTransport({ host: 'node1', ask: connection.ask, probe })
  const { signal } = new AbortController()
  const answers = await Promise.all(wants.map((want) => transport.fetch(want, signal)))
  return answers.map((parts) => [...parts.values()][0])
}

/** An engine of sorts: /slots hangs, /v1/models wants a key, /version leads elsewhere. */
function serve(onPath: (path: string) => void = () => undefined): Promise<number> {
  return serveWith((request, response) => {
    const path = request.url ?? ''
    onPath(path)
    response.setHeader('content-type', 'text/plain')
    switch (path) {
      case '/slots':
        return
      case '/v1/models':
        response.writeHead(401).end('key?')
        return
      case '/version':
        response.writeHead(302, { location: '/health' }).end('moved')
        return
      case '/metrics':
        response.end('# HELP x\nvllm:a_bucket{le="1"} 3\nvllm:num_requests_running 1\n')
        return
      default:
        response.end(`path ${path}`)
    }
  })
}

function serveWith(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  return listening(createServer(answer))
}
