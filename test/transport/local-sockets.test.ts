import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseListeningSockets, type Listener } from '../../src/parse/listening-sockets.ts'
import { localTransport } from '../../src/transport/local.ts'
import { fakeProc } from '../support/fake-proc.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { Part } from '../../src/model/sample.ts'
import type { AddressInfo } from 'node:net'

describe('the listening sockets of a process', () => {
  test.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('are found at %s, as its own', async (address) => {
    const port = await listen(address)
    const { network, listeners } = await socketsOf(process.pid)
    expect([network, at(port, listeners)]).toEqual(['same', [{ address, port, owner: 'own' }]])
  })

  test('of a child count as its own, those of another process do not', async () => {
    const port = await listen('127.0.0.1')
    const child = await listener()
    expect(at(child.port, (await socketsOf(process.pid)).listeners)).toEqual([
      { address: '127.0.0.1', port: child.port, owner: 'child' },
    ])
    expect(at(port, (await socketsOf(child.pid)).listeners)).toEqual([
      { address: '127.0.0.1', port, owner: 'other' },
    ])
  })

  test('where nobody may look into its files, are listed with an unknown owner', async () => {
    const { root } = fakeProc(temporaryFolder())
    const port = 8080
    const row = `   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 77 1 0 100 0 0 10 0\n`
    write(`${root}/7/net/tcp`, row)
    write(`${root}/self/net/tcp`, row)
    expect(await socketsOf(7, root)).toEqual({
      network: 'same',
      listeners: [{ address: '127.0.0.1', port, owner: 'unknown' }],
    })
  })

  test('that nobody here has are in another network', async () => {
    const { root } = fakeProc(temporaryFolder())
    const row = (inode: number): string =>
      `   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 ${inode} 1 0 100 0 0 10 0\n`
    write(`${root}/7/net/tcp`, row(77))
    write(`${root}/self/net/tcp`, row(78))
    expect((await socketsOf(7, root)).network).toBe('other')
  })

  test('of a process that is gone are a fault', async () => {
    expect(await fetched(2 ** 22 + 1)).toEqual({
      kind: 'fault',
      fault: { kind: 'not-found', what: `'/proc/${2 ** 22 + 1}/net/tcp'` },
    })
  })

  test.skipIf(process.getuid?.() !== 0)(
    'in a network namespace of its own are said to be there (root only)',
    async () => {
      const child = await listener([
        'unshare',
        '--net',
        '--',
        'bash',
        '-c',
        'ip link set lo up; exec "$0" "$@"',
      ])
      const { network, listeners } = await socketsOf(child.pid)
      expect([network, listeners]).toEqual([
        'other',
        [{ address: '127.0.0.1', port: child.port, owner: 'own' }],
      ])
    },
  )
})

function at(port: number, listeners: readonly Listener[]): readonly Listener[] {
  return listeners.filter((found) => found.port === port)
}

async function socketsOf(pid: number, procRoot = '/proc'): Promise<ReturnType<typeof parseListeningSockets>> {
  const part = await fetched(pid, procRoot)
  return parseListeningSockets(part?.kind === 'text' ? part.text : '')
}

async function fetched(pid: number, procRoot = '/proc'): Promise<Part | undefined> {
  const want = { kind: 'sockets', pid, every: 'once', maxBytes: 1000 } as const
  const parts = await localTransport({ procRoot, probe: false }).fetch(want, new AbortController().signal)
  return parts.get(`sockets/${pid}`)
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
}

async function listen(address: string): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen({ port: 0, host: address }, resolve))
  onTestFinished(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

/** Another process that listens, perhaps started through `wrapper`. */
async function listener(
  wrapper: readonly string[] = [],
): Promise<{ readonly pid: number; readonly port: number }> {
  const code = `const s = require('net').createServer().listen(0, '127.0.0.1', () => console.log(s.address().port))`
  const [command, ...args] = [...wrapper, process.execPath, '-e', code]
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  const text = await new Promise<string>((resolve) =>
    child.stdout.once('data', (data: Buffer) => {
      resolve(data.toString())
    }),
  )
  if (child.pid === undefined) throw new Error('nothing was started')
  return { pid: child.pid, port: Number(text) }
}
