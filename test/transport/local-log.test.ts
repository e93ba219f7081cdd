import { spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { parseStat } from '../../src/parse/proc-stat.ts'
import { localTransport } from '../../src/transport/local.ts'
import { fakeProc } from '../support/fake-proc.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import type { Part } from '../../src/model/sample.ts'

// a script in the place of journalctl: what it is asked, and what it says
let folder: string

beforeEach(() => {
  folder = temporaryFolder()
  vi.stubEnv('PATH', `${folder}:/usr/bin:/bin`)
})

function journal(script: string): void {
  const path = join(folder, 'journalctl')
  writeFileSync(path, `#!/bin/bash\necho "$@" >> ${folder}/asked\n${script}\n`)
  chmodSync(path, 0o755)
}

function asked(): readonly string[] {
  const path = join(folder, 'asked')
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : []
}

describe('the log of a process that writes to no file', () => {
  test('is what the journal has of it since it started, secrets masked', async () => {
    journal('echo "loaded --api-key abcdefg"')
    const pid = silent()
    expect(await log(pid)).toEqual({ kind: 'text', text: 'loaded --api-key ***\n' })
    const [question = ''] = asked()
    expect(question).toMatch(/^--quiet --no-pager --output=cat --since=@\d+ _PID=\d+$/)
    const since = Number(/@(\d+)/.exec(question)?.[1])
    expect(Math.abs(startedAt(pid) - since)).toBeLessThanOrEqual(3)
  })

  test('or what it has of its service', async () => {
    journal('echo loaded')
    const { root } = fakeProc(folder, [{ pid: 7 }])
    mkdirSync(join(root, '7/fd'))
    expect(await log(7, 1000, root)).toEqual({ kind: 'text', text: 'loaded\n' })
    expect(asked()[0]).toMatch(/ _PID=7 \+ _SYSTEMD_UNIT=engine\.service$/)
  })

  test('is its beginning and its end where it is long', async () => {
    journal('[[ "$*" = *--lines=* ]] && echo "the last words" || yes first')
    expect(await log(silent(), 24)).toEqual({ kind: 'text', text: 'first\nfirst\n\n last words\n' })
    expect(asked()).toHaveLength(2)
  })

  test.each([
    ['there is no journal', ''],
    ['the journal has nothing of it', 'true'],
    ['the journal may not be read', 'echo "Hint: you are not seeing messages" >&2; exit 1'],
  ])('is not found where %s', async (_, script) => {
    if (script !== '') journal(script)
    else vi.stubEnv('PATH', folder)
    const pid = silent()
    expect(await log(pid)).toEqual({
      kind: 'fault',
      fault: {
        kind: 'not-found',
        what: `a log of process ${pid} (its output is no file, and the journal has none that may be read)`,
      },
    })
  })

  test('is given up where the journal does not answer', async () => {
    journal('exec sleep 60')
    expect(await log(silent())).toMatchObject({ kind: 'fault', fault: { kind: 'not-found' } })
  })
})

/** A process whose output goes to a pipe. */
function silent(): number {
  const child = spawn('/bin/sleep', ['60'], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => {
    child.kill('SIGKILL')
  })
  return child.pid ?? 0
}

function startedAt(pid: number): number {
  const bootAt = Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1])
  return bootAt + (parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.startTicks ?? 0) / 100
}

async function log(pid: number, maxBytes = 1000, procRoot = '/proc'): Promise<Part | undefined> {
  const transport = localTransport({ procRoot, probe: false })
  const want = { kind: 'log', pid, every: 'once', maxBytes } as const
  return (await transport.fetch(want, new AbortController().signal)).get(`log/${pid}`)
}
