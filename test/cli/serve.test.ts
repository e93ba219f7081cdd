import { execa } from 'execa'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { llmtop, PROGRAM } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

describe('llmtop serve', () => {
  test('exports this machine until it is told to end', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 1000 }] })] })
    const socket = join(folder, 'metrics.sock')
    const args = ['serve', '--listen', `unix:${socket}`, '--interval', '500ms']
    const running = execa(process.execPath, [PROGRAM, ...args], {
      env: { PATH: folder },
      reject: false,
      stdin: 'ignore',
    })
    await new Promise((resolve) => running.stderr.once('data', resolve))
    const page = await scraped(socket)
    running.kill('SIGTERM')
    const { exitCode, stderr } = await running
    expect([exitCode, stderr]).toEqual([143, `llmtop: metrics at unix:${socket}, path /metrics`])
    expect(page).toMatch(/^llmtop_gpu_memory_used_bytes\{host="[^"]+",gpu="0",uuid="[^"]+"\} 1048576000$/m)
  })

  test.each([
    [
      ['--listen', '0.0.0.0:9749'],
      '0.0.0.0:9749 can be reached from other machines: give --token-file or --tls-cert and --tls-key, or --insecure if that is meant',
    ],
    [['--tls-cert', 'a.pem'], '--tls-cert and --tls-key belong together'],
    [['--token-file', '/nonexistent/token'], "ENOENT: no such file or directory, open '/nonexistent/token'"],
    [
      ['--listen', 'somewhere'],
      "option '--listen <address>' argument 'somewhere' is invalid. give '127.0.0.1:9749', '[::1]:9749' or 'unix:/run/llmtop.sock'.",
    ],
  ])('refuses %j as wrong usage', async (args, because) => {
    const { exitCode, stderr } = await llmtop(['serve', ...args])
    expect([exitCode, stderr]).toEqual([2, `error: ${because}`])
  })

  test('an empty token protects nothing, and is refused', async () => {
    const file = join(temporaryFolder(), 'token')
    writeFileSync(file, '\n')
    const { exitCode, stderr } = await llmtop(['serve', '--token-file', file])
    expect([exitCode, stderr]).toEqual([2, `error: the file of --token-file, '${file}', is empty`])
  })

  test('says in one sentence that the place is taken', async () => {
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const bound = other.address()
    const place = `127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}`
    const { exitCode, stderr } = await llmtop(['serve', '--listen', place])
    other.close()
    expect([exitCode, stderr]).toEqual([
      1,
      `llmtop: something listens on ${place} already; give another place with --listen`,
    ])
  })
})

async function scraped(socketPath: string): Promise<string> {
  for (;;) {
    const { exitCode, stdout } = await execa(
      'curl',
      ['--silent', '--fail', '--unix-socket', socketPath, 'http://llmtop/metrics'],
      { reject: false },
    )
    if (exitCode === 0 && stdout.includes('llmtop_gpu_memory')) return stdout
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
