import { spawn } from 'node:child_process'
import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder } from './temporary-folder.ts'

export interface FakeEngine {
  readonly pid: number
  readonly port: number
}

/**
 * A real process that looks like `vllm serve MODEL` from outside: by its command line, the port it listens on, and the
 * metrics page that it answers with until the test ends.
 */
export async function fakeVllm(args: readonly string[], page: string): Promise<FakeEngine> {
  const folder = temporaryFolder()
  symlinkSync(process.execPath, join(folder, 'vllm'))
  writeFileSync(
    join(folder, 'serve'),
    `const page = ${JSON.stringify(page)}
const server = require('node:http').createServer((request, response) => {
  response.statusCode = request.url === '/metrics' ? 200 : 404
  response.end(response.statusCode === 200 ? page : '')
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
`,
  )
  const child = spawn(join(folder, 'vllm'), ['serve', ...args], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const port = await new Promise<number>((resolve) => {
    child.stdout.once('data', (text: Buffer) => {
      resolve(Number(text.toString()))
    })
  })
  if (child.pid === undefined) throw new Error('nothing was started')
  return { pid: child.pid, port }
}

/** What vLLM's /metrics says of a pool of 27,000 blocks of 16 tokens. */
export function vllmPage(model: string, usedRatio: number): string {
  const labels = `engine="0",model_name="${model}"`
  return [
    `vllm:num_requests_running{${labels}} 3.0`,
    `vllm:num_requests_waiting{${labels}} 1.0`,
    `vllm:kv_cache_usage_perc{${labels}} ${usedRatio}`,
    `vllm:num_preemptions_total{${labels}} 7.0`,
    `vllm:prompt_tokens_total{${labels}} 5000.0`,
    `vllm:generation_tokens_total{${labels}} 900.0`,
    `vllm:cache_config_info{block_size="16",cache_dtype="auto",engine="0",gpu_memory_utilization="0.5",num_gpu_blocks="27000"} 1.0`,
    '',
  ].join('\n')
}
