import { execa } from 'execa'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { fakeNvidiaSmi } from '../support/fake-nvidia-smi.ts'
import { llmtop, PROGRAM } from '../support/llmtop.ts'
import { nvidiaSmiXml } from '../support/nvidia-smi-xml.ts'
import { NO_SSHD, startSshd } from '../support/sshd.ts'
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

  test('answers scrapers with token and certificate over IPv6, and nobody else', async () => {
    const folder = temporaryFolder()
    fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 1000 }] })] })
    const [certificate, key, token] = ['cert.pem', 'key.pem', 'token'].map((name) => join(folder, name))
    if (certificate === undefined || key === undefined || token === undefined) throw new Error('no names')
    const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const subject = ['-subj', '/CN=node7', '-addext', 'subjectAltName=IP:::1']
    execFileSync('openssl', [...request, ...subject, '-keyout', key, '-out', certificate], {
      stdio: 'ignore',
    })
    writeFileSync(token, 's3cret\n')
    const url = await serving(folder, [
      ...['--listen', '[::1]:0', '--token-file', token],
      ...['--tls-cert', certificate, '--tls-key', key],
    ])
    const asked = (...args: readonly string[]): Promise<string> => curl('--cacert', certificate, ...args)
    await expect
      .poll(() => asked('-H', 'Authorization: Bearer s3cret', url), { timeout: 30_000 })
      .toContain('llmtop_gpu_info{')
    const status = ['-o', '/dev/null', '-w', '%{http_code}']
    expect(await asked(...status, url)).toBe('401')
    expect(await asked(...status, '-H', 'Authorization: Bearer other', url)).toBe('401')
    // whoever watches over the exporter needs no key
    expect(await asked(url.replace('metrics', 'healthz'))).toBe('ok\n')
    expect(await curl(...status, url)).toBe('000')
  })

  test('collects at its own pace, however often it is scraped', async () => {
    const folder = temporaryFolder()
    const fake = fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{}] })] })
    const url = await serving(folder, ['--listen', '127.0.0.1:0', '--interval', '1h'])
    let page = ''
    const isSettled = async () => {
      const before = page
      page = await curl(url)
      return page === before && page.includes('llmtop_gpu_info{')
    }
    // the answers of its first sample come one by one
    await expect.poll(isSettled, { interval: 1000, timeout: 30_000 }).toBe(true)
    const runs = fake.runs().length
    const pages = await Promise.all(Array.from({ length: 20 }, () => curl(url)))
    expect(new Set(pages).size).toBe(1)
    expect(fake.runs()).toHaveLength(runs)
  })

  test.skipIf(NO_SSHD !== undefined)(
    'exports other hosts over ssh, those too that can not be reached',
    async () => {
      const folder = temporaryFolder()
      fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 1000 }] })] })
      const { configFile } = await startSshd({ pathFolder: folder })
      const url = await serving(folder, [
        ...['--listen', '127.0.0.1:0', '--interval', '500ms', '-F', configFile],
        ...['--watch-ssh', 'node[1-2]', 'other.invalid'],
      ])
      const series = async (): Promise<readonly string[]> =>
        (await curl(url))
          .split('\n')
          .filter((line) => /^llmtop_(up|gpu_memory_used)/.test(line))
          .map((line) => line.replace(/GPU-[^"]*/, 'GPU-…'))
      await expect
        .poll(series, { timeout: 30_000 })
        .toEqual([
          'llmtop_gpu_memory_used_bytes{host="node1",gpu="0",uuid="GPU-…"} 1048576000',
          'llmtop_gpu_memory_used_bytes{host="node2",gpu="0",uuid="GPU-…"} 1048576000',
          'llmtop_up{host="node1"} 1',
          'llmtop_up{host="node2"} 1',
          'llmtop_up{host="other.invalid"} 0',
        ])
    },
  )

  test.each([
    [
      ['--listen', '0.0.0.0:9749'],
      '0.0.0.0:9749 can be reached from other machines: give --token-file or --tls-cert and --tls-key, or --insecure if that is meant',
    ],
    [['--tls-cert', 'a.pem'], '--tls-cert and --tls-key belong together'],
    [['--token-file', '/nonexistent/token'], "the file of --token-file, '/nonexistent/token', is not there"],
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

/** Starts `llmtop serve` until the test ends, and says under which URL it answers. */
async function serving(folder: string, args: readonly string[]): Promise<string> {
  const running = execa(process.execPath, [PROGRAM, 'serve', ...args], {
    env: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
    reject: false,
    stdin: 'ignore',
  })
  onTestFinished(async () => {
    running.kill('SIGTERM')
    await running
  })
  const said = await new Promise<string>((resolve) =>
    running.stderr.once('data', (text: Buffer) => {
      resolve(text.toString())
    }),
  )
  return /metrics at (\S+)/.exec(said)?.[1] ?? said
}

/** What a scrape gets; of a failed one what curl writes of it. */
async function curl(...args: readonly string[]): Promise<string> {
  const { stdout } = await execa('curl', ['--silent', '--noproxy', '*', ...args], {
    reject: false,
    stripFinalNewline: false,
  })
  return stdout
}

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
