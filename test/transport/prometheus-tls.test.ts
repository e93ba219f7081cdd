import { spawn } from 'node:child_process'
import { createServer as createPlain } from 'node:http'
import { createServer, type ServerOptions } from 'node:https'
import { expect, onTestFinished, test } from 'vitest'
import { askPrometheus, type PrometheusAddress } from '../../src/transport/prometheus-api.ts'
import { authority, selfSigned, type Certified } from '../support/certificates.ts'
import { freePort } from '../support/free-port.ts'
import { listening } from '../support/listening.ts'

const HERE = 'IP:127.0.0.1'

/** What is said of a server with these options, asked with `tls`; `text` where it answers. */
async function said(
  { certificate, key }: Certified,
  tls: PrometheusAddress['tls'] = {},
  options: ServerOptions = {},
): Promise<string> {
  const server = createServer({ cert: certificate, key, ...options }, (_, response) => {
    response.end('{}')
  })
  return asked(server, 'https', tls)
}

async function asked(
  server: ReturnType<typeof createPlain>,
  scheme: 'http' | 'https',
  tls: PrometheusAddress['tls'],
): Promise<string> {
  return answerAt(`${scheme}://127.0.0.1:${await listening(server)}/`, tls)
}

async function answerAt(url: string, tls: PrometheusAddress['tls']): Promise<string> {
  const address = { url: new URL(url), headers: {}, tls }
  const answer = await askPrometheus(address, 'query', { query: 'up' }, new AbortController().signal)
  if (answer.kind === 'text') return answer.kind
  return answer.fault.kind === 'query-failed' ? answer.fault.because : answer.fault.kind
}

test('a server of the given authority answers', async () => {
  const ours = authority()
  expect(await said(ours.sign(HERE), { ca: ours.certificate })).toBe('text')
})

test('a server that vouches for itself is not asked before it is trusted', async () => {
  const own = selfSigned(HERE)
  expect(await said(own)).toBe('has a certificate of its own making: give it with --ca-file')
  expect(await said(own, { ca: own.certificate })).toBe('text')
})

test('a server of an unknown authority is not asked', async () => {
  const server = authority().sign(HERE)
  const unknown = 'has a certificate of an authority that is not known: give it with --ca-file'
  expect(await said(server)).toBe(unknown)
  expect(await said(server, { ca: authority().certificate })).toBe(unknown)
})

test('a certificate for another name is none for this address', async () => {
  const ours = authority()
  expect(await said(ours.sign('DNS:elsewhere.example'), { ca: ours.certificate })).toBe(
    'has a certificate for another name',
  )
})

test.each<[string, ServerOptions]>([
  ['TLS 1.3', {}],
  ['TLS 1.2', { maxVersion: 'TLSv1.2' }],
])('a server that wants a certificate of its caller says so: %s', async (_, versions) => {
  const ours = authority()
  const ca = ours.certificate
  const server = ours.sign(HERE)
  const strict = { ...versions, ca, requestCert: true, rejectUnauthorized: true }
  const asking = (client: Certified | undefined): Promise<string> =>
    said(server, { ca, ...(client && { certificate: client.certificate, key: client.key }) }, strict)
  expect(await asking(ours.sign('DNS:client'))).toBe('text')
  expect(await asking(undefined)).toBe(
    'wants a certificate of its caller: give it with --cert-file and --key-file',
  )
  // Node hangs up without a word
  expect(await asking(authority().sign('DNS:client'))).toBe(
    'closed the connection: does it accept the certificate of --cert-file, and does it speak HTTPS?',
  )
})

test('a server that names what is wrong with the certificate of its caller is quoted', async () => {
  const ours = authority()
  const server = ours.sign(HERE)
  const port = await freePort()
  const running = spawn(
    'openssl',
    [
      ...['s_server', '-accept', String(port), '-cert', server.certificateFile, '-key', server.keyFile],
      ...['-CAfile', ours.certificateFile, '-Verify', '1', '-verify_return_error', '-www'],
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  )
  onTestFinished(() => {
    running.kill()
  })
  for await (const text of running.stdout as AsyncIterable<Buffer>)
    if (text.toString().includes('ACCEPT')) break
  const { certificate, key } = authority().sign('DNS:client')
  expect(await answerAt(`https://127.0.0.1:${port}/`, { ca: ours.certificate, certificate, key })).toBe(
    "does not accept the certificate of --cert-file: 'unknown ca'",
  )
})

test('http and https mistaken for each other are told', async () => {
  const plain = createPlain((_, response) => {
    response.end('{}')
  })
  expect(await asked(plain, 'https', {})).toBe('does not speak TLS: is it http:// instead of https://?')
  const { certificate, key } = selfSigned(HERE)
  const secure = createServer({ cert: certificate, key })
  expect(await asked(secure, 'http', {})).toBe('closed the connection: does it speak HTTP, or HTTPS?')
})
