import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseStat } from '../../../src/parse/proc-stat.ts'
import { parseStatus } from '../../../src/parse/proc-status.ts'
import { fakeNvidiaSmi } from '../../support/fake-nvidia-smi.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { startInPty } from '../../support/pty.ts'
import type { Measure } from './measure.ts'

const GPUS = 8
const PROCESSES = 100
// at one tick in two seconds the compiler takes a minute and more to find what is hot
const WARM_UP_MS = 90_000
const WATCHED_MS = 40_000
const TICKS_PER_SECOND = 100

/** What a live screen costs at the default pace, nvidia-smi's own cost apart: the built program beside real processes. */
export async function measureLive(): Promise<readonly Measure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'llmtop-bench-'))
  const sleepers = Array.from({ length: PROCESSES }, () => spawn('sleep', ['600'], { stdio: 'ignore' }))
  fakeNvidiaSmi(folder, { documents: documents(sleepers) })
  const pty = startInPty([], {
    columns: 120,
    rows: 40,
    variables: { PATH: `${folder}:${process.env['PATH'] ?? ''}` },
  })
  await sleep(WARM_UP_MS)
  const before = cpuTicks(pty.pid)
  await sleep(WATCHED_MS)
  const usedSeconds = (cpuTicks(pty.pid) - before) / TICKS_PER_SECOND
  const residentBytes = residentOf(pty.pid)
  pty.type('q')
  await pty.exited
  for (const sleeper of sleepers) sleeper.kill()
  rmSync(folder, { recursive: true, force: true })
  const load = `${GPUS} GPUs, ${PROCESSES} processes`
  return [
    {
      what: `own CPU of a live screen at 2 s, ${load}`,
      value: (usedSeconds / (WATCHED_MS / 1000)) * 100,
      unit: '% of a core',
      budget: 1,
      bound: 'most',
    },
    {
      what: 'resident memory of that screen after two minutes',
      value: residentBytes / 1024 ** 2,
      unit: 'MiB',
      budget: 130,
      bound: 'most',
    },
  ]
}

/** Ten documents in turn, in which every card changes a little. */
function documents(sleepers: readonly ChildProcess[]): readonly string[] {
  return Array.from({ length: 10 }, (_, turn) =>
    nvidiaSmiXml({
      gpus: Array.from({ length: GPUS }, (_, gpu) => ({
        supportedClocks: 130,
        utilization: 60 + ((turn * 7 + gpu) % 30),
        processes: sleepers
          .filter((_, at) => at % GPUS === gpu)
          .map(({ pid = 0 }, at) => ({ pid, name: '/usr/bin/python3', usedMiB: 4000 + 10 * turn + at })),
      })),
    }),
  )
}

function cpuTicks(pid: number): number {
  const stat = parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  return stat === undefined ? NaN : stat.userTicks + stat.systemTicks
}

function residentOf(pid: number): number {
  const { residentBytes } = parseStatus(readFileSync(`/proc/${pid}/status`, 'utf8'))
  return residentBytes.kind === 'known' ? residentBytes.value : NaN
}
