import { request } from 'node:http'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { prometheusOutput, type PrometheusOutput } from '../../../src/outputs/prometheus/output.ts'
import {
  serveMetrics,
  type MetricsServer,
  type ServerOptions,
} from '../../../src/outputs/prometheus/server.ts'
import { sampleAt } from '../../support/fold.ts'
import { frameWith } from '../../support/scene.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const servers: MetricsServer[] = []

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()))
})

const ANYWHERE = { host: '127.0.0.1', port: 0 }

async function serving(source: PrometheusOutput, options: Partial<ServerOptions> = {}): Promise<string> {
  const server = await serveMetrics(source, {
    address: ANYWHERE,
    token: undefined,
    tls: undefined,
    ...options,
  })
  servers.push(server)
  return `http://127.0.0.1:${server.port ?? 0}`
}

async function filled(nowMs: () => number = () => 0): Promise<PrometheusOutput> {
  const output = prometheusOutput(nowMs)
  await output.accept(frameWith({ host: 'node7' }), sampleAt(0, {}))
  return output
}

test('a scrape is answered in the format that it asks for', async () => {
  const url = await serving(await filled())
  const plain = await fetch(`${url}/metrics`)
  expect([plain.status, plain.headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ])
  expect(await plain.text()).toContain('llmtop_up{host="node7"} 1\n')
  const accept =
    'application/openmetrics-text;version=1.0.0;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2'
  const open = await fetch(`${url}/metrics`, { headers: { accept } })
  expect(open.headers.get('content-type')).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8')
  expect((await open.text()).endsWith('# EOF\n')).toBe(true)
})

test('before the first sample a scrape fails instead of saying that there is nothing', async () => {
  const url = await serving(prometheusOutput(() => 0))
  expect((await fetch(`${url}/metrics`)).status).toBe(503)
  expect((await fetch(`${url}/healthz`)).status).toBe(503)
})

test('many scrapes of one frame are one page', async () => {
  const output = await filled()
  expect(output.page('text')).toBe(output.page('text'))
  const before = output.page('text')
  await output.accept(frameWith({ host: 'node8' }), sampleAt(2, {}))
  expect(output.page('text')).not.toBe(before)
})

test('health is fresh samples', async () => {
  let now = 0
  const url = await serving(await filled(() => now))
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  now = 60_000
  const stale = await fetch(`${url}/healthz`)
  expect([stale.status, await stale.text()]).toEqual([503, 'the newest sample is 60 s old\n'])
})

test('with a token nobody reads the metrics without it', async () => {
  const url = await serving(await filled(), { token: 's3cret' })
  const status = async (authorization?: string): Promise<number> =>
    (await fetch(`${url}/metrics`, authorization === undefined ? {} : { headers: { authorization } })).status
  expect(
    await Promise.all([status(), status('Bearer wrong'), status('Bearer s3cret'), status('bearer s3cret')]),
  ).toEqual([401, 401, 200, 200])
})

test('nothing is served but the metrics, and nothing is taken', async () => {
  const url = await serving(await filled())
  const statuses = await Promise.all([
    fetch(`${url}/`).then(({ status }) => status),
    fetch(`${url}/metrics/../../etc/passwd`).then(({ status }) => status),
    fetch(`${url}/metrics`, { method: 'POST', body: 'x' }).then(({ status }) => status),
    fetch(`${url}/metrics`, { method: 'HEAD' }).then(async (head) => [head.status, await head.text()]),
  ])
  expect(statuses).toEqual([200, 404, 405, [200, '']])
})

test('a socket file serves as well as a port', async () => {
  const path = join(temporaryFolder(), 'llmtop.sock')
  await serving(await filled(), { address: { path } })
  const body = await new Promise<string>((resolve, reject) => {
    request({ socketPath: path, path: '/metrics' }, (response) => {
      let text = ''
      response.on('data', (piece: Buffer) => (text += piece.toString()))
      response.on('end', () => {
        resolve(text)
      })
    })
      .on('error', reject)
      .end()
  })
  expect(body).toContain('llmtop_up{host="node7"} 1\n')
})
