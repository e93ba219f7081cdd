import { execFileSync } from 'node:child_process'
import { execa } from 'execa'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { eventually } from '../../support/eventually.ts'
import { fakeVllm } from '../../support/fake-vllm.ts'
import { fakeNvidiaSmi, isAlive } from '../../support/fake-nvidia-smi.ts'
import { llmtop, PROGRAM, shell, type Ended } from '../../support/llmtop.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { programsOf } from '../../support/node-here.ts'
import { titled } from '../../support/skipped.ts'
import { NO_SSHD, startSshd, type Sshd, type SshdOptions } from '../../support/sshd.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const PATH = process.env['PATH'] ?? ''

describe.skipIf(NO_SSHD !== undefined)(titled('llmtop ssh', NO_SSHD), { timeout: 40_000 }, () => {
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

  test('shows of a node what llmtop shows there, source and link apart', async () => {
    const engine = await fakeVllm()
    const { node, folder } = await nodeOf(engine.pid)
    const here = await llmtop(['once', '--json'], { PATH: `${folder}:${PATH}` })
    const there = await frameOver(node, { PATH })
    expect(comparable(there)).toEqual(comparable(parse(here.stdout.trim())))
    expect(there['source']).toEqual({ kind: 'ssh', label: 'node1' })
    expect(there).toMatchObject({ workloads: [{ engine: 'vllm', kv: { usedRatio: 0.42 } }] })
  })

  test('shows an engine of a node that has nothing to ask it with', async () => {
    const engine = await fakeVllm()
    const { node } = await nodeOf(engine.pid, { programs: programsOf({ without: ['curl', 'wget'] }) })
    const frame = await frameOver(node, { PATH })
    expect(frame).toMatchObject({ workloads: [{ kv: { usedRatio: 0.42 } }] })
  })

  test('takes no secret of an environment off the node, whatever it asks for', async () => {
    const engine = await fakeVllm({
      variables: {
        HF_HOME: '/srv/models',
        HF_TOKEN: 'hf_never1',
        LLAMA_ARG_API_KEY: 'never2',
        DEPLOY: 'never3',
      },
    })
    const { node } = await nodeOf(engine.pid)
    const wire = join(temporaryFolder(), 'wire')
    const bin = temporaryFolder()
    const taps = `2> >(tee -a '${wire}' >&2) | tee -a '${wire}'`
    writeFileSync(join(bin, 'ssh'), `#!/bin/bash\n/usr/bin/ssh "$@" ${taps}\n`, { mode: 0o755 })
    await frameOver(node, { PATH: `${bin}:${PATH}` })
    const all = readFileSync(wire, 'latin1')
    expect(all).toContain('HF_HOME=/srv/models')
    expect(all).toContain('kv_cache_usage_perc')
    expect(all).not.toMatch(/never\d/)
  })

  test('leaves no stream to an engine that hangs when it is killed', async () => {
    const engine = await fakeVllm({ hangs: true })
    const { node } = await nodeOf(engine.pid, { programs: programsOf({ without: ['curl', 'wget'] }) })
    const child = execa(process.execPath, [PROGRAM, 'ssh', '-F', node.configFile, 'node1', '--json'], {
      reject: false,
      stdin: 'ignore',
      stdout: 'ignore',
    })
    await eventually(() => engine.connections() > 0, 'the engine is asked')
    // a process that stands still does not even close what the other side has closed
    process.kill(engine.pid, 'SIGSTOP')
    child.kill('SIGKILL')
    await eventually(() => node.sessionPids().length === 0, 'no session is left')
    await eventually(() => processesNaming(node.configFile).length === 0, 'no ssh is left')
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

function parse(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(line) as Readonly<Record<string, unknown>>
}

/** The first frame in which the engine of the node has answered and enough has been seen of its processes. */
async function frameOver(
  node: Sshd,
  env: Readonly<Record<string, string>>,
): Promise<Readonly<Record<string, unknown>>> {
  const args = [PROGRAM, 'ssh', '-F', node.configFile, 'node1', '--interval', '1s', '--json']
  const child = execa(process.execPath, args, { reject: false, stdin: 'ignore', env, buffer: false })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => (text += more))
  const frames = () => text.split('\n').slice(0, -1)
  const isWhole = (frame: string): boolean =>
    frame.includes('"usedRatio":0.42') && /"cpuPercent":\d/.test(frame)
  await eventually(() => frames().some(isWhole), 'the engine has answered')
  child.kill('SIGTERM')
  await child
  return parse(frames().find(isWhole) ?? '')
}

const MOMENTARY = new Set(
  'source host sequence takenAt elapsedMs intervalMs link gpuSample hostMemory trend throughput missing'
    .concat(' cpuPercent residentBytes idleSeconds')
    .split(' '),
)

/** A frame without where it comes from and what changes from moment to moment. */
function comparable(tree: unknown): unknown {
  if (Array.isArray(tree)) return tree.map(comparable)
  if (typeof tree !== 'object' || tree === null) return tree
  const kept = Object.entries(tree).filter(([key]) => !MOMENTARY.has(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, comparable(value)]))
}

/** A node with one card, on which this process holds memory. */
async function nodeOf(
  pid: number,
  options: SshdOptions = {},
): Promise<{ readonly node: Sshd; readonly folder: string }> {
  const folder = temporaryFolder()
  const processes = [{ pid, name: 'VLLM::EngineCore', usedMiB: 60_000 }]
  fakeNvidiaSmi(folder, { documents: [nvidiaSmiXml({ gpus: [{ usedMiB: 61_000, processes }] })] })
  return { node: await startSshd({ pathFolder: folder, ...options }), folder }
}

/** Processes of this machine with that word on their command line. */
function processesNaming(word: string): readonly string[] {
  return execFileSync('ps', ['-eo', 'args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(word))
}

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
