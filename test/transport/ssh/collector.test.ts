import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, openSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { localTransport } from '../../../src/transport/local.ts'
import { COLLECTOR } from '../../../src/transport/ssh/collector-script.ts'
import { sshTransport } from '../../../src/transport/ssh/ssh-transport.ts'
import { eventually } from '../../support/eventually.ts'
import { isAlive } from '../../support/fake-nvidia-smi.ts'
import { nodeHere, script, which, type NodeTools } from '../../support/node-here.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { Part } from '../../../src/model/sample.ts'
import type { Want } from '../../../src/model/want.ts'
import type { Connection } from '../../../src/transport/ssh/connection.ts'

const BUSYBOX = which('busybox')

/** Shells and awks as distributions pair them; a busybox has its own of everything. */
const NODES: readonly (readonly [string, NodeTools])[] = [
  ['dash and mawk', { links: { sh: 'dash', awk: 'mawk' } }],
  ['dash and gawk', { links: { sh: 'dash', awk: 'gawk' } }],
  ['bash and gawk', { links: { sh: 'bash', awk: 'gawk' } }],
  [
    'busybox',
    {
      links: Object.fromEntries(
        'sh awk cat date dd grep head id ls od readlink sleep tail timeout tr true wget'
          .split(' ')
          .map((name) => [name, 'busybox']),
      ),
      without: ['curl', 'getconf'],
    },
  ],
]

const HERE = NODES.filter(([, { links }]) =>
  Object.values(links ?? {}).every((name) => which(name) !== undefined),
)

describe('the collector', { timeout: 20_000 }, () => {
  test.each(['dash', 'bash', 'busybox'].filter((name) => which(name) !== undefined))(
    'is a script for %s',
    (shell) => {
      const args = shell === 'busybox' ? ['ash', '-n'] : ['-n']
      const { status, stderr } = spawnSync(shell, args, { input: COLLECTOR, encoding: 'utf8' })
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
    },
  )

  test('is plain ASCII, so that no locale can bend it', () => {
    expect(COLLECTOR).toMatch(/^[\n\x20-\x7e]+$/)
  })

  test.each(HERE)(
    'gives the host, the list and a process on %s as they are on this machine',
    async (_, tools) => {
      const pid = startSleep(['-c', 'sleep 60; :'])
      const connection = await nodeHere(tools)
      expect((await connection.hello)?.get('awk')).toBe('awk')
      const answer = await connection.ask({ name: 'look', words: `h b l p${pid} u0` })
      const texts = new Map([...(answer ?? [])].map(([name, { body }]) => [name, body]))
      expect([...texts.keys()]).toEqual(
        expect.arrayContaining(['meminfo', 'vmstat', 'loadavg', 'uptime', 'boot-id', 'processes', 'users']),
      )
      expect(texts.get('meminfo')).toMatch(/^MemTotal: +\d+ kB\n[^]*\n$/)
      expect(texts.get('users')).toBe('0:root\n')
      expect(texts.get('processes')).toMatch(new RegExp(`^${pid} ${process.pid} \\d+ \\d+ \\d+ \\S`, 'm'))
      expect(texts.get('processes')).not.toMatch(/^2 /m)
      const local = await localTransport({ probe: true }).fetch(
        processWant(pid),
        new AbortController().signal,
      )
      for (const [name, part] of local) {
        expect(withoutNumbers(texts.get(name))).toBe(
          withoutNumbers(part.kind === 'text' ? part.text : undefined),
        )
      }
      const ancestors = [...texts.keys()].filter((name) => /^proc\/\d+\/stat$/.test(name))
      expect(ancestors).toContain(`proc/${process.pid}/stat`)
    },
  )

  test('leaves out the details of processes that are known', async () => {
    const connection = await nodeHere()
    const answer = await connection.ask({ name: 'look', words: `k${process.pid} p${process.pid}` })
    const own = [...(answer?.keys() ?? [])].filter((name) => name.startsWith(`proc/${process.pid}/`))
    expect(own).toEqual([`proc/${process.pid}/stat`, `proc/${process.pid}/status`])
  })

  test('hands over text that looks like its own marks as text', async () => {
    const forged = '\n\u001e00000000000000000000000000000000 e 0\n\u001e z 1\nuser'
    const pid = startSleep(['-c', 'sleep 60; :', forged])
    const connection = await nodeHere()
    const answer = await connection.ask({ name: 'look', words: `w${pid}` })
    expect(answer?.get(`proc/${pid}/cmdline`)?.body.split('\0')).toContain(forged)
  })

  test.each(HERE)('reads files with any name on %s, and runs none of them', async (_, tools) => {
    const folder = temporaryFolder()
    const names = [
      `it's`,
      '$(touch pwned)',
      '`touch pwned`',
      '-n',
      'a b',
      '"; touch pwned #',
      '*',
      'größe',
      '\\x',
    ]
    for (const name of names) writeFileSync(join(folder, name), `text of ${name}`)
    const connection = await nodeHere(tools)
    const parts = await fetchAll(
      connection,
      names.map((name) => fileWant(join(folder, name))),
    )
    expect(parts).toEqual(names.map((name) => ({ kind: 'text', text: `text of ${name}` })))
    expect(readdirSync(folder)).toHaveLength(names.length)
    const [newline] = await fetchAll(connection, [fileWant(`${folder}/a\nb`)])
    expect(newline).toMatchObject({ kind: 'fault', fault: { kind: 'malformed', where: 'its path' } })
  })

  test.each<[string, (folder: string) => Want]>([
    ['a file', (folder) => fileWant(`${folder}/config.json`)],
    ['a missing file', (folder) => fileWant(`${folder}/none`)],
    ['a folder', (folder) => fileWant(folder)],
    ['a file that is too large', (folder) => ({ ...fileWant(`${folder}/config.json`), maxBytes: 4 })],
    ['a listing', (folder) => ({ kind: 'listing', path: folder, every: 'once', maxBytes: 4096 })],
    ['a model', (folder) => headWant(`${folder}/model.gguf`)],
    ['a head of no model', (folder) => headWant(`${folder}/config.json`)],
    ['a head of an environment', () => headWant(`/proc/${process.pid}/environ`)],
    ['the log of a process', () => ({ kind: 'log', pid: loggingPid(), every: 'once', maxBytes: 1000 })],
    ['a process without a log', () => ({ kind: 'log', pid: 1, every: 'once', maxBytes: 1000 })],
    [
      'the sockets of a process',
      () => ({ kind: 'sockets', pid: listeningPid(), every: 'once', maxBytes: 4096 }),
    ],
    ['a control group', () => ({ kind: 'cgroup', path: '/', every: 'once', maxBytes: 4096 })],
    ['a path that is not absolute', () => fileWant('etc/hostname')],
  ])('answers a want for %s as this machine does', async (_, wantIn) => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'config.json'), '{"api_key": "sk-abcdefgh12345678"}')
    writeFileSync(
      join(folder, 'model.gguf'),
      Buffer.concat([Buffer.from('GGUF\x03\0\0\0'), Buffer.alloc(600_000, 0xe9)]),
    )
    mkdirSync(join(folder, 'sub'))
    symlinkSync('config.json', join(folder, 'link'))
    const want = wantIn(folder)
    const here = await localTransport({ probe: true }).fetch(want, new AbortController().signal)
    const connection = await nodeHere()
    const there = await sshTransport({ host: 'node1', ask: connection.ask, probe: true }).fetch(
      want,
      new AbortController().signal,
    )
    expect([...there].map(steadyIn(want))).toEqual([...here].map(steadyIn(want)))
  })

  test.each(HERE)('lets only the allowed variables of an environment leave %s', async (_, tools) => {
    const pid = startSleep(['-c', 'sleep 60; :'], {
      OLLAMA_NUM_PARALLEL: '2',
      OLLAMA_API_KEY: 'very-secret-1',
      HF_TOKEN: 'very-secret-2',
      SOMETHING: 'very-secret-3\nHF_HOME=/forged',
      HF_HOME: '/models',
    })
    const folder = temporaryFolder()
    symlinkSync(`/proc/${pid}/environ`, join(folder, 'innocent.json'))
    const connection = await nodeHere(tools)
    for (const path of [`/proc/${pid}/environ`, join(folder, 'innocent.json')]) {
      const answer = await connection.ask({ name: 'file', words: 'file 9999 0', paths: [path] })
      const lines = answer?.get('file')?.body.split('\n').toSorted()
      expect(lines).toEqual(['', 'HF_HOME=/models', 'OLLAMA_NUM_PARALLEL=2'])
      for (const how of ['ends', 'head']) {
        const refused = await connection.ask({ name: 'file', words: `${how} 9999 0`, paths: [path] })
        expect(refused?.get('file')).toEqual({ body: '', code: 23 })
      }
    }
  })

  test('lets no byte leave the node of a file that is no model', async () => {
    const path = join(temporaryFolder(), 'id_ed25519')
    writeFileSync(path, 'very secret')
    const connection = await nodeHere()
    const answer = await connection.ask({ name: 'file', words: 'head 262144 0', paths: [path] })
    expect(answer?.get('file')).toEqual({ body: '', code: 24 })
  })

  test('ends itself, and all it has started, when its input ends', async () => {
    const { connection, pid } = await withHungNvidiaSmi()
    await connection.end()
    await eventually(() => !isAlive(pid()), 'nvidia-smi is gone')
  })

  test('outlives neither its ssh, killed at once, nor leaves nvidia-smi behind', async () => {
    const { connection, pid } = await withHungNvidiaSmi()
    const session = sessionPids(connection.pid ?? 0)
    expect(session.length).toBeGreaterThan(2)
    process.kill(connection.pid ?? 0, 'SIGTERM')
    await eventually(() => [...session, pid()].every((each) => !isAlive(each)), 'all is gone')
  })

  test.each([
    ['timeout', []],
    ['its own guard', ['timeout']],
  ])('ends a hanging nvidia-smi by %s', async (_, without) => {
    const { answer, pid } = await withHungNvidiaSmi({ without })
    expect((await answer)?.get('nvidia-smi')?.body).toMatch(/rc 137\n$/)
    await eventually(() => !isAlive(pid()), 'nvidia-smi is gone')
  })

  test('cuts off an nvidia-smi that never stops writing', async () => {
    const folder = temporaryFolder()
    script(folder, 'nvidia-smi', 'exec yes "<gpu>"')
    const connection = await nodeHere({ first: [folder], links: { yes: 'yes' } })
    script(folder, 'yes', `exec ${which('yes') ?? 'yes'} "$@"`)
    const answer = await connection.ask({ name: 'smi', words: '8' })
    expect(answer?.get('nvidia-smi')?.body.length).toBeLessThan(4.1 * 1024 * 1024)
    expect(answer?.get('nvidia-smi')?.body).not.toMatch(/rc \d+\n$/)
  })

  test('answers while nvidia-smi hangs', async () => {
    const { connection } = await withHungNvidiaSmi()
    const answer = await connection.ask({ name: 'look', words: 'h' })
    expect(answer?.get('meminfo')?.body).toContain('MemTotal')
  })

  test('writes no file', async () => {
    const folder = temporaryFolder()
    const before = readdirSync(folder)
    const connection = await nodeHere({ variables: { HOME: folder, TMPDIR: folder, TMP: folder } })
    await connection.ask({ name: 'look', words: `h b l p${process.pid}` })
    await connection.ask({ name: 'smi', words: '8' })
    await fetchAll(connection, [fileWant('/etc/hostname'), fileWant(`/proc/${process.pid}/environ`)])
    expect(readdirSync(folder)).toEqual(before)
  })

  test('ends when it is sent what is no order', async () => {
    for (const words of ['h;reboot', '$(reboot)', 'h\\']) {
      const connection = await nodeHere()
      expect(await connection.ask({ name: 'look', words })).toBeUndefined()
    }
  })

  test('has its tools named when it starts', async () => {
    const connection = await nodeHere({ without: ['awk', 'curl', 'wget', 'timeout'] })
    const facts = await connection.hello
    expect([facts?.get('awk'), facts?.get('fetch'), facts?.get('limit')]).toEqual(['none', 'none', ''])
  })
})

describe.skipIf(BUSYBOX === undefined)('a node with busybox alone', () => {
  test('is among those that were tried', () => {
    expect(HERE.map(([name]) => name)).toContain('busybox')
  })
})

function sessionPids(leader: number): readonly number[] {
  return execFileSync('ps', ['-o', 'pid=', '-s', `${leader}`], { encoding: 'utf8' })
    .trim()
    .split(/\s+/)
    .map(Number)
}

function processWant(pid: number): Want {
  return { kind: 'process', pid, every: 'once', maxBytes: 65_536 }
}

function fileWant(path: string): Want {
  return { kind: 'file', path, every: 'once', maxBytes: 4096 }
}

function headWant(path: string): Want {
  return { kind: 'head', path, every: 'once', maxBytes: 524_289 }
}

async function fetchAll(
  connection: Connection,
  wants: readonly Want[],
): Promise<readonly (Part | undefined)[]> {
  const transport = sshTransport({ host: 'node1', ask: connection.ask, probe: true })
  const { signal } = new AbortController()
  const answers = await Promise.all(wants.map((want) => transport.fetch(want, signal)))
  return answers.map((parts) => [...parts.values()][0])
}

/** What a control group holds, and where others listen, changes from moment to moment. */
function steadyIn({ kind }: Want): (entry: readonly [string, Part]) => unknown {
  return ([name, part]) => {
    if (part.kind !== 'text') return [name, part]
    if (kind === 'cgroup') return [name, withoutNumbers(part.text)]
    return kind === 'sockets' ? [name, part.text.replace(/^.* other\n/gm, '')] : [name, part]
  }
}

/** This process, which listens. */
function listeningPid(): number {
  const server = createServer().listen(0)
  onTestFinished(() => {
    server.close()
  })
  return process.pid
}

/** Of a process that lives on, only its numbers change. */
function withoutNumbers(text: string | undefined): string | undefined {
  return text?.replace(/\d+/g, '0')
}

function startSleep(args: readonly string[], variables: Readonly<Record<string, string>> = {}): number {
  const child = spawn('/bin/sh', args, {
    env: { PATH: '/usr/bin:/bin', ...variables },
    stdio: 'ignore',
    detached: true,
  })
  onTestFinished(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  })
  return child.pid ?? 0
}

/** A process whose output is a file longer than what is wanted of it. */
function loggingPid(): number {
  const path = join(temporaryFolder(), 'server.log')
  writeFileSync(path, '')
  const child = spawn('/bin/sh', ['-c', `seq 1 2000; sleep 60 >/dev/null; :`], {
    stdio: ['ignore', openSync(path, 'w'), 'ignore'],
    detached: true,
  })
  execFileSync('sh', ['-c', `until grep -q '^2000$' '${path}'; do sleep 0.02; done`])
  onTestFinished(() => {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  })
  return child.pid ?? 0
}

async function withHungNvidiaSmi(tools: NodeTools = {}): Promise<{
  readonly connection: Connection
  readonly answer: ReturnType<Connection['ask']>
  readonly pid: () => number
}> {
  const folder = temporaryFolder()
  script(folder, 'nvidia-smi', `echo $$ > '${folder}/pid'\ntrap '' TERM HUP\nwhile :; do sleep 1; done`)
  const connection = await nodeHere({ ...tools, first: [folder] })
  const answer = connection.ask({ name: 'smi', words: '2' })
  await eventually(() => readdirSync(folder).includes('pid'), 'nvidia-smi has started')
  return {
    connection,
    answer,
    pid: () => Number(execFileSync('cat', [join(folder, 'pid')], { encoding: 'utf8' })),
  }
}
