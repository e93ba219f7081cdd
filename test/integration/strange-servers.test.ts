import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { RULES } from '../../src/analyse/rules.ts'
import { valueOr } from '../../src/core/reading.ts'
import type { AddressInfo } from 'node:net'
import type { Workload } from '../../src/model/workload.ts'
import { systemClock } from '../../src/runtime/clock.ts'
import { run } from '../../src/runtime/run.ts'
import { localSource } from '../../src/sources/local/local.ts'
import { localTransport } from '../../src/transport/local.ts'

// A process that is called like an engine, listens where one would, and answers as no engine does: watched as a user would.

const SERVERS: readonly (readonly [title: string, name: string, answer: string])[] = [
  [
    'an HTML page',
    'llama-server',
    'response.setHeader("content-type", "text/html"); response.end("<html>404</html>")',
  ],
  ['JSON of another service', 'llama-server', 'response.end(JSON.stringify({ status: "ok", uptime: 7 }))'],
  [
    'half a body, and then nothing',
    'llama-server',
    'response.writeHead(200, { "content-length": 900 }); response.write("{")',
  ],
  [
    'half a body, and hangs up',
    'llama-server',
    'response.writeHead(200, { "content-length": 900 }); response.write("{"); setTimeout(() => request.socket.destroy(), 50)',
  ],
  ['nothing at all', 'llama-server', ''],
  ['no HTTP', 'llama-server', 'request.socket.end("SSH-2.0-OpenSSH_9.2\\r\\n")'],
  [
    'a redirect to another server',
    'llama-server',
    'response.writeHead(302, { location: `http://127.0.0.1:${other}/props` }).end()',
  ],
  [
    'ten megabytes',
    'llama-server',
    'response.end(`{"default_generation_settings":{"n_ctx":${"1".repeat(10e6)}}}`)',
  ],
  [
    'numbers that are none',
    'llama-server',
    'response.end(`{"default_generation_settings":{"n_ctx":1e999},"total_slots":-1}`)',
  ],
  ['ten megabytes of metrics', 'vllm', 'response.end("vllm:num_requests_running 1\\n".repeat(4e5))'],
  ['metrics of another exporter', 'vllm', 'response.end("node_load1 0.5\\n")'],
  [
    'metrics that are no numbers',
    'vllm',
    'response.end(`vllm:kv_cache_usage_perc{engine="0"} NaN\\nvllm:num_requests_running{engine="0"} +Inf\\n`)',
  ],
]

describe('a server that is recognised and answers strangely', () => {
  const servers = new Map<string, StrangeServer>()
  let seen: Seen
  const warnings: string[] = []
  const noteWarning = ({ message }: Error): void => {
    warnings.push(message)
  }

  beforeAll(async () => {
    process.on('warning', noteWarning)
    for (const [title, name, answer] of SERVERS) servers.set(title, await strangeServer(name, answer))
    seen = await watched([...servers.values()])
  }, 60_000)

  afterAll(() => {
    process.off('warning', noteWarning)
    for (const server of servers.values()) server.stop()
  })

  test.each(SERVERS)('%s: no number of its cache, and nobody else is asked', (title, name) => {
    const server = servers.get(title)
    const workload = seen.workloads.find(({ rootPid }) => valueOr(rootPid, undefined) === server?.pid)
    expect(workload?.engine).toBe(name === 'vllm' ? 'vllm' : 'llama.cpp')
    const { usedTokens, usedRatio, usedBytes } = workload?.kv ?? {}
    expect([usedTokens?.kind, usedRatio?.kind, usedBytes?.kind]).toEqual(['missing', 'missing', 'missing'])
    expect(workload?.requests.running.kind).toBe('missing')
    const pages = seen.pages.filter((page) => page.startsWith(`http/127.0.0.1:${server?.port ?? 0}/`))
    expect(pages.length).toBeGreaterThan(0)
    expect(server?.asked.filter((line) => !OWN_PAGES.test(line))).toEqual([])
  })

  test('makes Node warn of nothing, however many are asked at once: a warning would land on the screen', () => {
    expect(warnings).toEqual([])
  })

  test('is asked for a page at most once in two seconds', () => {
    for (const { asked } of servers.values()) {
      const counts = new Map<string, number>()
      for (const line of asked) counts.set(line, (counts.get(line) ?? 0) + 1)
      expect(Math.max(...counts.values())).toBeGreaterThan(0)
      expect(Math.max(...counts.values())).toBeLessThanOrEqual(1 + seen.watchedMs / 2000)
    }
  })
})

const OWN_PAGES = /^own GET \/(?:props|slots|metrics|version|v1\/models)$/
/** Other programs of this machine, and other tests, may ask these servers too: ours are known by the key. */
const OUR_KEY = 'strange-servers-test'

interface StrangeServer {
  readonly pid: number
  readonly port: number
  /** A line `own GET /props` for each request of ours, `other …` for what the second server got from anybody. */
  readonly asked: readonly string[]
  stop(): void
}

/** @param answer JavaScript over `request`, `response` and `other`, the port of a second server that nobody is to ask */
async function strangeServer(name: string, answer: string): Promise<StrangeServer> {
  const asked: string[] = []
  const second = createServer((request, response) => {
    asked.push(`other ${request.method ?? ''} ${request.url ?? ''}`)
    response.end('{}')
  })
  await new Promise<void>((resolve) => second.listen(0, '127.0.0.1', resolve))
  const folder = mkdtempSync(join(tmpdir(), 'llmtop-strange-'))
  symlinkSync(process.execPath, join(folder, name))
  writeFileSync(
    join(folder, 'serve'),
    `const other = ${(second.address() as AddressInfo).port}
const server = require('node:http').createServer((request, response) => {
  if (request.headers.authorization === 'Bearer ${OUR_KEY}') console.log('own ' + request.method + ' ' + request.url)
  ${answer}
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`,
  )
  // `vllm serve`, as its users type it; llama-server does not mind
  const child = spawn(join(folder, name), ['serve'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      for (const line of data.toString().trim().split('\n')) {
        if (/^\d+$/.test(line)) resolve(Number(line))
        else asked.push(line)
      }
    })
  })
  if (child.pid === undefined) throw new Error('nothing was started')
  return {
    pid: child.pid,
    port,
    asked,
    stop() {
      child.kill('SIGKILL')
      second.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

interface Seen {
  readonly watchedMs: number
  readonly workloads: readonly Workload[]
  readonly pages: readonly string[]
}

async function watched(strange: readonly StrangeServer[]): Promise<Seen> {
  const keys = new Map(strange.map(({ port }) => [`127.0.0.1 ${port}`, OUR_KEY]))
  let workloads: readonly Workload[] = []
  let watchedMs = 0
  const pages = new Set<string>()
  await run({
    source: localSource({
      host: 'here',
      clock: systemClock(),
      intervalMs: 1000,
      transport: localTransport({ probe: true, keys }),
      nvidiaSmi: '/nonexistent/nvidia-smi',
    }),
    outputs: [
      {
        label: 'test',
        accept: (frame, { parts }) => {
          workloads = frame.workloads
          watchedMs = frame.elapsedMs
          for (const name of parts.keys()) if (name.startsWith('http/')) pages.add(name)
        },
        close: () => undefined,
      },
    ],
    rules: RULES,
    signal: AbortSignal.timeout(30_000),
    // often enough to ask again: what was wrong with the first answer must not be taken for right then
    isEnough: (frame) => frame.elapsedMs > 6000,
  })
  return { watchedMs, workloads, pages: [...pages] }
}
