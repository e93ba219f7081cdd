import { execa } from 'execa'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { fakeNvidiaSmi, isAlive } from '../../support/fake-nvidia-smi.ts'
import { llmtop, PROGRAM, shell, type Ended } from '../../support/llmtop.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { NO_SSHD, startSshd, type Sshd } from '../../support/sshd.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const PATH = process.env['PATH'] ?? ''

describe.skipIf(NO_SSHD !== undefined)('llmtop ssh', { timeout: 40_000 }, () => {
  test('streams frames of all hosts as JSON, and ends quietly with its reader', async () => {
    const node = await startNode()
    const line = `llmtop ssh -F '${node.configFile}' 'node[1-3]' node2 --interval 500ms --json | head -40`
    const { stdout, stderr } = await shell(line, PATH)
    const frames = stdout.split('\n').map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>)
    expect(new Set(frames.map(({ host }) => host))).toEqual(new Set(['node1', 'node2', 'node3']))
    expect(frames[0]?.['source']).toEqual({ kind: 'ssh', label: '3 hosts' })
    expect(frames.some(({ gpus }) => Array.isArray(gpus) && gpus.length === 1)).toBe(true)
    expect(stderr).toBe('')
  })

  test('reads hosts from a file, and prints text where there is no terminal', async () => {
    const node = await startNode()
    const hosts = join(temporaryFolder(), 'cluster.txt')
    writeFileSync(hosts, '# cluster\nnode[1-2] # rack 1\n')
    const line = `llmtop ssh -F '${node.configFile}' --hosts '${hosts}' --interval 500ms | grep -m4 --line-buffered 'H100'`
    const { stdout, stderr } = await shell(line, PATH)
    expect(stdout).toContain('H100')
    expect(stderr).toContain('frames are printed as text')
  })

  test('ends with a sentence and 1 where no host can ever be reached', async () => {
    const node = await startNode()
    writeFileSync(node.knownHosts, '')
    const { exitCode, stdout, stderr } = await run(['ssh', '-F', node.configFile, 'node1', '--json'])
    expect(exitCode).toBe(1)
    expect(stderr).toBe(
      "llmtop: the host key of 'node1' is not known yet; connect once with 'ssh node1' and check the fingerprint, or give --accept-new-host-keys",
    )
    const last = JSON.parse(stdout.split('\n').at(-1) ?? '') as Readonly<Record<string, unknown>>
    expect(last['link']).toEqual({ state: 'auth', ageMs: expect.any(Number) as number, retryInMs: null })
  })

  test('leaves nothing behind on either side when it is killed', async () => {
    const node = await startNode({ hangsAfter: 0 })
    const child = execa(process.execPath, [PROGRAM, 'ssh', '-F', node.configFile, 'node[1-4]', '--json'], {
      reject: false,
      stdin: 'ignore',
      buffer: false,
    })
    let frames = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (frames += text))
    await eventually(() => (frames.match(/"state":"live"/g) ?? []).length > 8, 'four hosts are live')
    const remote = node.sessionPids()
    expect(node.remotePids().length).toBeGreaterThan(8)
    child.kill('SIGKILL')
    await eventually(() => !remote.some(isAlive), 'nothing is left')
  })

  test('records all hosts in one file, which replays', async () => {
    const node = await startNode()
    const file = join(temporaryFolder(), 'fleet.ndjson.gz')
    const line = `llmtop ssh -F '${node.configFile}' 'node[1-2]' --interval 500ms --json --record '${file}' | head -20 | wc -l`
    expect((await shell(line, PATH)).stdout.trim()).toBe('20')
    const { stdout } = await llmtop(['replay', file, '--speed', 'max', '--json'])
    const frames = stdout.split('\n').map((text) => JSON.parse(text) as Readonly<Record<string, unknown>>)
    expect(new Set(frames.map(({ host }) => host))).toEqual(new Set(['node1', 'node2']))
    expect(frames.some(({ link }) => JSON.stringify(link).includes('connecting'))).toBe(true)
    expect(frames.some(({ gpus }) => Array.isArray(gpus) && gpus.length === 1)).toBe(true)
  })

  test('is explained by llmtop doctor ssh, step by step', async () => {
    const node = await startNode()
    const works = await run(['doctor', 'ssh', 'node1', '-F', node.configFile, '--json'])
    expect(works.exitCode).toBe(0)
    const steps = 'ssh client|configuration|login|awk|timeout|curl|watchdog|session|clock|nvidia-smi|GPU 0'
    expect(checksOf(works)).toEqual(expect.arrayContaining(steps.split('|').map((step) => `${step} yes`)))
    writeFileSync(join(node.folder, 'authorized_keys'), '')
    const refused = await run(['doctor', 'ssh', 'node1', '-F', node.configFile, '--json'])
    expect(refused.exitCode).toBe(1)
    expect(checksOf(refused)).toEqual(['ssh client yes', 'configuration yes', 'login no'])
  })
})

describe('the command line of llmtop ssh', () => {
  test.each<[string[], string]>([
    [['ssh'], "no host was named; try 'llmtop ssh node7' or --hosts FILE"],
    [['ssh', '--', '-oProxyCommand=touch pwned'], "'-oProxyCommand=touch pwned' is no name of a host"],
    [['ssh', 'gpu[3-1]'], "'gpu[3-1]' is no name of a host"],
    [['ssh', '--hosts', '/nonexistent', 'a'], "'/nonexistent' can't be read"],
    [['ssh', 'a', '--interval', 'soon'], 'is not a time from 500ms to 1h'],
    [['doctor', 'ssh'], "missing required argument 'host'"],
    [['doctor', 'ssh', 'a;b'], "'a;b' is no name of a host"],
  ])('%o is wrong usage', async (args, sentence) => {
    const { exitCode, stdout, stderr } = await llmtop(args)
    expect([exitCode, stdout]).toEqual([2, ''])
    expect(stderr).toContain(sentence)
  })

  test('says so where there is no ssh', async () => {
    const { exitCode, stderr } = await llmtop(['ssh', 'node1', '--json'])
    expect([exitCode, stderr]).toEqual([
      1,
      "llmtop: there is no 'ssh' on the PATH of this machine; install the OpenSSH client",
    ])
  })

  test('has what it needs of ssh in its help', async () => {
    const { stdout } = await llmtop(['ssh', '--help'])
    const words = [
      '-F <file>',
      '-J <host>',
      '-l <user>',
      '-p <port>',
      '-o <option>',
      '-i <file>',
      '--hosts <file>',
    ]
    for (const word of words) expect(stdout).toContain(word)
  })
})

function checksOf({ stdout }: Ended): readonly string[] {
  const report = JSON.parse(stdout) as {
    readonly sections: readonly {
      readonly checks: readonly { readonly what: string; readonly state: string }[]
    }[]
  }
  return report.sections.flatMap(({ checks }) => checks.map(({ what, state }) => `${what} ${state}`))
}

function run(args: readonly string[]): Promise<Ended> {
  return llmtop(args, { PATH })
}

async function startNode(scenario: { readonly hangsAfter?: number } = {}): Promise<Sshd> {
  const folder = temporaryFolder()
  fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{}] })], ...scenario })
  const node = await startSshd({ pathFolder: folder })
  expect(readFileSync(node.configFile, 'utf8')).toContain('Host node*')
  return node
}
