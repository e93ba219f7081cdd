import { spawn } from 'node:child_process'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { eventually } from './eventually.ts'
import { freePort } from './free-port.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface FakeVllm {
  readonly pid: number
  readonly port: number
  /** Connections that it was ever asked over. */
  connections(): number
}

const MODEL = 'facebook/opt-125m'
const METRICS = `# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
vllm:num_requests_running{model_name="${MODEL}"} 3.0
vllm:num_requests_waiting{model_name="${MODEL}"} 0.0
vllm:kv_cache_usage_perc{model_name="${MODEL}"} 0.42
`
const MODELS = JSON.stringify({ object: 'list', data: [{ id: MODEL, object: 'model', max_model_len: 2048 }] })

const SERVER = `
const { createServer } = require('node:http')
const { appendFileSync, writeFileSync } = require('node:fs')
const pages = { '/metrics': ${JSON.stringify(METRICS)}, '/v1/models': ${JSON.stringify(MODELS)}, '/health': '', '/version': '{"version":"0.11.0"}' }
const server = createServer((request, response) => {
  if (process.env.HANGS) return
  const page = pages[request.url]
  response.writeHead(page === undefined ? 404 : 200, { 'content-type': 'text/plain' })
  response.end(page ?? '')
})
server.on('connection', () => appendFileSync('connections', 'x'))
server.listen(Number(process.argv.at(-1)), '127.0.0.1', () => writeFileSync('listens', ''))
`

export interface FakeVllmOptions {
  /** It takes connections and never answers. */
  readonly hangs?: boolean
  /** What stands in its environment. */
  readonly variables?: Readonly<Record<string, string>>
}

/** A process with the command line of vLLM that answers as vLLM does. */
export async function fakeVllm({ hangs = false, variables }: FakeVllmOptions = {}): Promise<FakeVllm> {
  const folder = temporaryFolder()
  // node takes its first argument for a script: it is there under the name of vLLM's subcommand
  writeFileSync(join(folder, 'serve'), SERVER)
  const port = await freePort()
  const args = ['serve', MODEL, '--port', `${port}`]
  const child = spawn(process.execPath, args, {
    argv0: 'vllm',
    cwd: folder,
    stdio: 'ignore',
    env: { PATH: '/usr/bin:/bin', ...(hangs ? { HANGS: 'yes' } : {}), ...variables },
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  await eventually(() => existsSync(join(folder, 'listens')), 'the engine listens')
  return {
    pid: child.pid ?? 0,
    port,
    connections: () =>
      existsSync(join(folder, 'connections')) ? statSync(join(folder, 'connections')).size : 0,
  }
}
