import { createServer, type RequestListener } from 'node:http'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { askPrometheus, type ApiText } from '../../src/transport/prometheus-api.ts'
import { listening } from '../support/listening.ts'

async function asked(
  listener: RequestListener,
  headers: Readonly<Record<string, string>> = {},
): Promise<ApiText> {
  const port = await listening(createServer(listener))
  const address = { url: new URL(`http://127.0.0.1:${port}/prom/`), headers, tls: {} }
  const answer = await askPrometheus(address, 'query', { query: 'up' }, new AbortController().signal)
  return answer.kind === 'fault' && answer.fault.kind === 'query-failed'
    ? { kind: 'fault', fault: { ...answer.fault, url: '' } }
    : answer
}

function because(text: string): ApiText {
  return { kind: 'fault', fault: { kind: 'query-failed', url: '', because: text } }
}

test('a query is a form, posted below the path of the address, with the headers that the user gave', async () => {
  const seen: unknown[] = []
  const answer = await asked(
    (request, response) => {
      let body = ''
      request.on('data', (piece: Buffer) => (body += piece.toString()))
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers.authorization, body)
        response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
        response.end(gzipSync('{}'))
      })
    },
    { authorization: 'Bearer x' },
  )
  expect([answer, seen]).toEqual([
    { kind: 'text', text: '{}' },
    ['POST', '/prom/api/v1/query', 'Bearer x', 'query=up'],
  ])
})

test.each<[number, Readonly<Record<string, string>>, string, ApiText]>([
  [401, {}, '', because('answered 401: give a token with --token-file or headers with --header-file')],
  [
    302,
    { location: 'https://login.example/' },
    '',
    because("redirects to 'https://login.example/': give that address itself"),
  ],
  [404, {}, 'no', because('has no /api/v1 there: is it the address of a Prometheus, with its path?')],
  [503, {}, 'starting up', because("answered 503: 'starting up'")],
  // its own words are better than the number
  [
    400,
    { 'content-type': 'application/json' },
    '{"status":"error"}',
    { kind: 'text', text: '{"status":"error"}' },
  ],
])('an answer of %i with %j is said in words', async (status, headers, body, expected) => {
  expect(
    await asked((_, response) => {
      response.writeHead(status, headers)
      response.end(body)
    }),
  ).toEqual(expected)
})

test('half an answer is none', async () => {
  const answer = await asked((_, response) => {
    response.writeHead(200, { 'content-length': '100' })
    response.write('{"status"')
    response.socket?.destroy()
  })
  expect(answer.kind).toBe('fault')
})
