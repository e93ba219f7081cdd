import { appendFileSync, chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test, vi } from 'vitest'
import { readContainerNames } from '../../../src/sources/local/container-names.ts'
import { engineLogs } from '../../../src/sources/local/engine-logs.ts'
import { errands } from '../../../src/sources/local/errands.ts'
import { named, type NamedThings } from '../../../src/sources/local/named.ts'
import { systemClock } from '../../../src/runtime/clock.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const LINE = 'load_tensors:        CUDA0 model buffer size =  4403.49 MiB\n'

function never(): AbortSignal {
  return new AbortController().signal
}

describe('a log that the user named', () => {
  test('is read at first, and when it was written to, ten seconds apart', async () => {
    const path = join(temporaryFolder(), 'server.log')
    writeFileSync(path, LINE)
    const logs = engineLogs([path])
    const reads = async (elapsedMs: number): Promise<readonly string[]> => [
      ...(await logs.read(elapsedMs, never())).keys(),
    ]
    expect(await reads(0)).toEqual([`engine-log/${path}`])
    expect(await reads(20_000)).toEqual([])
    appendFileSync(path, LINE)
    expect(await reads(5000)).toEqual([])
    expect(await reads(20_000)).toEqual([`engine-log/${path}`])
    expect(await reads(40_000)).toEqual([])
  })

  test('is reduced to what an engine says of its memory, secrets masked', async () => {
    const path = join(temporaryFolder(), 'server.log')
    writeFileSync(path, `GET /v1/models 200\n${LINE}args: --api-key 4f9a8b7c6d5e\n`)
    const part = (await engineLogs([path]).read(0, never())).get(`engine-log/${path}`)
    const text = part?.kind === 'text' ? part.text : ''
    expect(text).toContain('4403.49 MiB')
    expect(text).not.toContain('GET')
    expect(text).not.toContain('4f9a8b7c6d5e')
  })

  test('that is not there is a fault, once, and is read when it comes', async () => {
    const path = join(temporaryFolder(), 'server.log')
    const logs = engineLogs([path])
    expect(await logs.read(0, never())).toEqual(
      new Map([[`engine-log/${path}`, { kind: 'fault', fault: { kind: 'not-found', what: `'${path}'` } }]]),
    )
    expect((await logs.read(20_000, never())).size).toBe(0)
    writeFileSync(path, LINE)
    expect((await logs.read(40_000, never())).get(`engine-log/${path}`)?.kind).toBe('text')
  })
})

describe('the names of containers', () => {
  const ID = '0123456789ab'.padEnd(64, 'c')

  function installed(...runtimes: readonly (readonly [name: string, script: string])[]): void {
    const folder = temporaryFolder()
    for (const [name, script] of runtimes) {
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
      chmodSync(join(folder, name), 0o755)
    }
    vi.stubEnv('PATH', folder)
  }

  const asked = '[ "$*" = "ps --no-trunc --format {{.ID}} {{.Names}}" ] || exit 9'

  test('come from docker and podman, whichever there are', async () => {
    installed(['docker', `${asked}; echo ${ID} llama`], ['podman', `${asked}; echo ${ID} vllm`])
    expect((await readContainerNames(never())).get('containers')).toEqual({
      kind: 'text',
      text: `${ID} llama\n${ID} vllm\n`,
    })
    installed(['podman', `${asked}; echo ${ID} vllm`])
    expect((await readContainerNames(never())).get('containers')).toEqual({
      kind: 'text',
      text: `${ID} vllm\n`,
    })
  })

  test.each([
    ['is there', [], { kind: 'command-not-found', command: 'docker' }],
    [
      'may be asked',
      [['docker', 'echo "permission denied" >&2; exit 1']],
      { kind: 'command-failed', command: 'docker', exitCode: 1, lastLine: 'permission denied' },
    ],
    ['answers', [['podman', 'exec /bin/sleep 60']], { kind: 'timed-out', what: "'podman'", afterMs: 3000 }],
  ] as const)('are a fault where none %s', async (_, runtimes, fault) => {
    installed(...runtimes)
    expect((await readContainerNames(never())).get('containers')).toEqual({ kind: 'fault', fault })
  })

  test('are asked for every half minute, and only when they were wanted', async () => {
    installed(['docker', `echo ${ID} llama`])
    expect(await ticks({ containerNames: true }, [0, 2000, 29_000, 30_000, 31_000])).toEqual([
      ['containers'],
      [],
      [],
      ['containers'],
      [],
    ])
    expect(await ticks({}, [0, 30_000])).toEqual([[], []])
  })
})

test('that there are keys is said once, with the addresses alone', async () => {
  expect(await ticks({ keyedAddresses: ['127.0.0.1 8000', '::1 80'] }, [0, 1000])).toEqual([['keys'], []])
})

async function ticks(things: NamedThings, times: readonly number[]): Promise<readonly (readonly string[])[]> {
  const clock = systemClock()
  const pending = errands(clock, never())
  const others = named(things, pending, never())
  const seen: (readonly string[])[] = []
  for (const elapsedMs of times) {
    others.tick(elapsedMs)
    await pending.settle(5000)
    seen.push([...pending.take(clock.elapsedMs()).keys()])
  }
  return seen
}
