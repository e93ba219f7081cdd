import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { known } from '../../src/core/reading.ts'
import { parseCgroupMemory } from '../../src/parse/cgroup-memory.ts'
import { parseCgroup } from '../../src/parse/proc-cgroup.ts'
import { localTransport } from '../../src/transport/local.ts'
import { fakeProc } from '../support/fake-proc.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { Part } from '../../src/model/sample.ts'

describe('a wanted control group', () => {
  test('of version 2 comes with its files, of the long one what is read', async () => {
    const { procRoot, mountPoint } = mounted('cgroup2 cgroup2 rw')
    write(join(mountPoint, 'a.slice'), {
      'memory.max': '1000\n',
      'memory.current': '500\n',
      'memory.stat': 'anon 7\nfile 9\n',
      'memory.events': 'oom_kill 1\n',
      'dmem.max': 'nvidia/0000:18:00.0/vidmem max\n',
    })
    expect(await fetched('/a.slice', procRoot)).toEqual({
      'cgroup/a.slice/dmem.max': text('nvidia/0000:18:00.0/vidmem max\n'),
      'cgroup/a.slice/memory.max': text('1000\n'),
      'cgroup/a.slice/memory.current': text('500\n'),
      'cgroup/a.slice/memory.stat': text('anon 7\n'),
      'cgroup/a.slice/memory.events': text('oom_kill 1\n'),
    })
  })

  test('of version 1 comes as if it were of version 2', async () => {
    const { procRoot, mountPoint } = mounted('cgroup cgroup rw,memory')
    write(join(mountPoint, 'docker/ab'), {
      'memory.limit_in_bytes': '9223372036854771712\n',
      'memory.usage_in_bytes': '500\n',
      'memory.stat': 'rss 1\ntotal_rss 7\n',
      'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 3\n',
    })
    expect(await fetched('/docker/ab', procRoot)).toEqual({
      'cgroup/docker/ab/memory.max': text('max\n'),
      'cgroup/docker/ab/memory.current': text('500\n'),
      'cgroup/docker/ab/memory.stat': text('anon 7\n'),
      'cgroup/docker/ab/memory.events': text('oom_kill 3\n'),
    })
  })

  test('that is not to be seen from here is a fault for each file', async () => {
    const { procRoot, mountPoint } = mounted('cgroup2 cgroup2 rw')
    expect(await fetched('/b', procRoot)).toMatchObject({
      'cgroup/b/memory.max': {
        kind: 'fault',
        fault: { kind: 'not-found', what: `'${mountPoint}/b/memory.max'` },
      },
    })
    for (const path of ['/../b', '/b']) {
      const parts = Object.values(await fetched(path, fakeProc(temporaryFolder()).root))
      expect(parts.map(({ kind }) => kind)).toEqual(Array(4).fill('fault'))
    }
  })

  test.skipIf(limitedGroup() === undefined)(
    'with a limit of its own says what a real process holds (only where groups may be made)',
    async () => {
      const group = limitedGroup() ?? ''
      mkdirSync(group)
      const child = spawn(
        'bash',
        [
          '-c',
          `echo 0 > ${group}/cgroup.procs; exec "${process.execPath}" -e 'globalThis.held = Buffer.alloc(64*2**20,1); console.log(1); setTimeout(()=>{}, 60000)'`,
        ],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      onTestFinished(async () => {
        child.kill('SIGKILL')
        await new Promise((resolve) => child.once('exit', resolve))
        rmdirSync(group)
      })
      await new Promise((resolve) => child.stdout.once('data', resolve))
      const v1 = existsSync(`${group}/memory.limit_in_bytes`)
      writeFileSync(`${group}/${v1 ? 'memory.limit_in_bytes' : 'memory.max'}`, `${2 ** 30}`)
      const { path } = parseCgroup(
        execFileSync('cat', [`/proc/${child.pid ?? 0}/cgroup`], { encoding: 'utf8' }),
      )
      const name = path.kind === 'known' ? path.value : ''
      const parts = await fetched(name, '/proc')
      const textOf = (file: string): string | undefined => {
        const part = parts[`cgroup${name}/${file}`]
        return part?.kind === 'text' ? part.text : undefined
      }
      const memory = parseCgroupMemory(name, {
        'memory.max': textOf('memory.max'),
        'memory.current': textOf('memory.current'),
        'memory.stat': textOf('memory.stat'),
        'memory.events': textOf('memory.events'),
      })
      expect(memory).toMatchObject({ value: { limitBytes: 2 ** 30, oomKills: known(0) } })
      const held = memory.kind === 'known' && memory.value.heldBytes
      expect(held && held.kind === 'known' ? held.value : 0).toBeGreaterThan(64 * 2 ** 20)
    },
  )
})

/** Below the mount that has the memory controller; undefined where none may be made. */
function limitedGroup(): string | undefined {
  const root = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].find(
    (folder) => existsSync(`${folder}/memory.limit_in_bytes`) || existsSync(`${folder}/cgroup.controllers`),
  )
  if (process.getuid?.() !== 0 || root === undefined) return undefined
  const probe = `${root}/llmtop-test-${process.pid}`
  try {
    mkdirSync(probe)
    const isLimiting = existsSync(`${probe}/memory.limit_in_bytes`) || existsSync(`${probe}/memory.max`)
    rmdirSync(probe)
    return isLimiting ? probe : undefined
  } catch {
    return undefined
  }
}

function mounted(type: string): { readonly procRoot: string; readonly mountPoint: string } {
  const folder = temporaryFolder()
  const { root: procRoot } = fakeProc(folder)
  const mountPoint = join(folder, 'cgroup')
  write(join(procRoot, 'self'), { mountinfo: `31 23 0:27 / ${mountPoint} rw - ${type}\n` })
  return { procRoot, mountPoint }
}

function write(folder: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(folder, { recursive: true })
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
}

function text(content: string): Part {
  return { kind: 'text', text: content }
}

async function fetched(path: string, procRoot: string): Promise<Readonly<Record<string, Part>>> {
  const want = { kind: 'cgroup', path, every: 'tick', maxBytes: 1000 } as const
  return Object.fromEntries(
    await localTransport({ procRoot, probe: false }).fetch(want, new AbortController().signal),
  )
}
