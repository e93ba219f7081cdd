import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, openSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { localTransport } from '../../src/transport/local.ts'
import { fakeProc } from '../support/fake-proc.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { StdioOptions } from 'node:child_process'
import type { Part } from '../../src/model/sample.ts'
import type { Want, WantTarget } from '../../src/model/want.ts'

const SECRET = 'sk-4f9a8b7c6d5e4f3a2b1c'

describe('a wanted process', () => {
  test('comes with its four files, the status reduced to the lines that are read', async () => {
    const { root } = fakeProc(temporaryFolder(), [{ pid: 7, command: ['vllm', '--api-key', SECRET] }])
    expect(await fetched({ kind: 'process', pid: 7 }, {}, root)).toEqual({
      'proc/7/stat': text(expect.stringMatching(/^7 \(python3\) S 1 /)),
      'proc/7/status': text('Uid:\t0\t0\t0\t0\nNSpid:\t7\nVmRSS:\t 1024 kB\nVmSwap:\t 0 kB\n'),
      'proc/7/cmdline': text('vllm\0--api-key\0***\0'),
      'proc/7/cgroup': text('0::/system.slice/engine.service\n'),
    })
  })

  test('that is gone has no parts', async () => {
    expect(await fetched({ kind: 'process', pid: 7 }, {}, fakeProc(temporaryFolder()).root)).toEqual({})
  })
})

describe('a wanted file', () => {
  test('comes whole, its secrets masked', async () => {
    const path = written('config.json', `{"api_key": "${SECRET}", "name": "é"}`)
    expect(await only({ kind: 'file', path })).toEqual(text('{"api_key": "***", "name": "é"}'))
  })

  test('is found through the root of a process, under the name that says so', async () => {
    const { root } = fakeProc(temporaryFolder())
    mkdirSync(join(root, '7/root/models'), { recursive: true })
    writeFileSync(join(root, '7/root/models/config.json'), '{}')
    expect(await fetched({ kind: 'file', path: '/models/config.json', viaPid: 7 }, {}, root)).toEqual({
      'file/@7//models/config.json': text('{}'),
    })
  })

  test('that is larger than allowed is not read', async () => {
    const path = written('big', 'x'.repeat(11))
    expect(await only({ kind: 'file', path }, { maxBytes: 10 })).toEqual(
      fault({ kind: 'too-large', what: path, maxBytes: 10 }),
    )
    expect(await only({ kind: 'file', path }, { maxBytes: 11 })).toEqual(text('x'.repeat(11)))
  })

  test('that does not exist, or is below a file, is not found', async () => {
    const path = written('file', '')
    expect(await only({ kind: 'file', path: `${path}-2` })).toEqual(
      fault({ kind: 'not-found', what: `'${path}-2'` }),
    )
    expect(await only({ kind: 'file', path: `${path}/x` })).toEqual(
      fault({ kind: 'not-found', what: `'${path}/x'` }),
    )
  })

  test.skipIf(process.getuid?.() === 0)('that may not be read says so (not shown to root)', async () => {
    const path = written('secret', 'x')
    chmodSync(path, 0)
    expect(await only({ kind: 'file', path })).toEqual(fault({ kind: 'no-permission', what: `'${path}'` }))
  })

  test('that is a pipe, a device or a folder is left alone: it might never answer', async () => {
    const pipe = join(temporaryFolder(), 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/zero', '/tmp']) {
      expect(await only({ kind: 'file', path })).toEqual(
        fault({ kind: 'not-found', what: `a regular file '${path}'` }),
      )
    }
  })

  test.each([
    ['a line feed', '/tmp/a\nb', '/tmp/a\ufffdb'],
    ['a NUL', '/tmp/a\0b', '/tmp/a\ufffdb'],
    ['no root', 'etc/passwd', 'etc/passwd'],
  ])('whose path has %s is refused', async (_, path, found) => {
    expect(await only({ kind: 'file', path })).toEqual(
      fault({ kind: 'malformed', part: `file/${found}`, where: 'its path', found }),
    )
  })

  test('with an environment gives nothing but the allowed variables, and no head at all', async () => {
    const path = written('environ', `EDITOR=vi\0OLLAMA_NUM_PARALLEL=2\0DB_URL=private\0HF_TOKEN=${SECRET}\0`)
    expect(await only({ kind: 'file', path })).toEqual(text('OLLAMA_NUM_PARALLEL=2\n'))
    expect(await only({ kind: 'file', path }, { reduce: 'nvidia-smi' })).toEqual(
      text('OLLAMA_NUM_PARALLEL=2\n'),
    )
    expect(await only({ kind: 'head', path })).toEqual(fault({ kind: 'no-permission', what: `'${path}'` }))
  })

  test('among many others comes in its turn', async () => {
    const paths = Array.from({ length: 9 }, (_, i) => written('part', `${i}`))
    const transport = localTransport({ probe: false })
    const answers = paths.map((path) => transport.fetch(asWant({ kind: 'file', path }), never()))
    const texts = (await Promise.all(answers)).flatMap((parts) => [...parts.values()])
    expect(texts).toEqual(paths.map((_, i) => text(`${i}`)))
  })
})

describe('the head of a file', () => {
  test('is its first bytes, with the size of the whole', async () => {
    const path = written('model.gguf', Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(700_000, 7)]))
    const part = await only({ kind: 'head', path }, { maxBytes: 600_000 })
    expect(part).toMatchObject({ kind: 'bytes', sizeBytes: 700_004 })
    const bytes = Buffer.from(part.kind === 'bytes' ? part.base64 : '', 'base64')
    expect(bytes.equals(Buffer.concat([Buffer.from('GGUF'), Buffer.alloc(599_996, 7)]))).toBe(true)
  })

  test('is the whole file where that is shorter', async () => {
    const path = written('tiny', 'GGUF')
    expect(await only({ kind: 'head', path })).toEqual({ kind: 'bytes', base64: 'R0dVRg==', sizeBytes: 4 })
  })
})

describe('a file that is no model', () => {
  test('gives no head, whatever command line names it; safetensors is one', async () => {
    const secret = written('id_ed25519', '-----BEGIN OPENSSH PRIVATE KEY-----')
    expect(await only({ kind: 'head', path: secret })).toEqual(
      fault({ kind: 'malformed', part: `head/${secret}`, where: 'its beginning', found: 'no model file' }),
    )
    const weights = written('model.safetensors', Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]))
    expect((await only({ kind: 'head', path: weights })).kind).toBe('bytes')
  })
})

describe('the listing of a folder', () => {
  test('has a line per entry: name, tab, where a link leads to', async () => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'b'), '')
    writeFileSync(join(folder, 'c\nd'), '')
    symlinkSync('../../blobs/abc', join(folder, 'a'))
    expect(await only({ kind: 'listing', path: folder })).toEqual(
      text('a\t../../blobs/abc\nb\t\nc\ufffdd\t\n'),
    )
  })

  test('that is too long, or of no folder, is a fault', async () => {
    const folder = temporaryFolder()
    for (let i = 0; i < 20; i++) writeFileSync(join(folder, `entry-${i}`), '')
    expect(await only({ kind: 'listing', path: folder }, { maxBytes: 100 })).toEqual(
      fault({ kind: 'too-large', what: folder, maxBytes: 100 }),
    )
    const missing = join(folder, 'none')
    expect(await only({ kind: 'listing', path: missing })).toEqual(
      fault({ kind: 'not-found', what: `'${missing}'` }),
    )
  })
})

describe('the log of a process', () => {
  test('is the file that its output goes to, secrets masked', async () => {
    const path = written('log', `loaded\n--api-key ${SECRET}\n`)
    expect(await only({ kind: 'log', pid: sleeper(['ignore', openSync(path, 'a'), 'ignore']) })).toEqual(
      text('loaded\n--api-key ***\n'),
    )
  })

  test('is the file that its errors go to, where its output goes to none', async () => {
    const path = written('log', 'loaded\n')
    expect(await only({ kind: 'log', pid: sleeper(['ignore', 'pipe', openSync(path, 'a')]) })).toEqual(
      text('loaded\n'),
    )
  })

  test('is its beginning and its end where it is long', async () => {
    const path = written('log', `begin${'.'.repeat(1000)}end`)
    const pid = sleeper(['ignore', openSync(path, 'a'), 'ignore'])
    expect(await only({ kind: 'log', pid }, { maxBytes: 10 })).toEqual(text('begin\n..end'))
  })

  test('that goes to a pipe or nowhere is not found, and the pipe is not touched', async () => {
    const pid = sleeper(['ignore', 'pipe', 'ignore'])
    expect(await only({ kind: 'log', pid })).toEqual(
      fault({
        kind: 'not-found',
        what: `a log of process ${pid} (its output is no file, and the journal has none that may be read)`,
      }),
    )
  })
})

function text(expected: unknown): unknown {
  return { kind: 'text', text: expected }
}

function fault(expected: object): unknown {
  return { kind: 'fault', fault: expected }
}

function written(name: string, content: string | Buffer): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, content)
  return path
}

function sleeper(stdio: StdioOptions): number {
  const child = spawn('sleep', ['60'], { stdio })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child.pid ?? 0
}

function never(): AbortSignal {
  return new AbortController().signal
}

function asWant(target: WantTarget, settings: Partial<Pick<Want, 'maxBytes' | 'reduce'>> = {}): Want {
  return { ...target, every: 'once', maxBytes: 1_000_000, ...settings }
}

async function fetched(
  target: WantTarget,
  settings: Partial<Pick<Want, 'maxBytes' | 'reduce'>> = {},
  procRoot = '/proc',
): Promise<Record<string, Part>> {
  const transport = localTransport({ procRoot, probe: true })
  return Object.fromEntries(await transport.fetch(asWant(target, settings), never()))
}

async function only(
  target: WantTarget,
  settings: Partial<Pick<Want, 'maxBytes' | 'reduce'>> = {},
): Promise<Part> {
  const [part, ...others] = Object.values(await fetched(target, settings))
  if (part === undefined || others.length > 0) throw new Error('not exactly one part')
  return part
}
