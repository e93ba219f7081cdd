import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PROGRAM } from '../../support/llmtop.ts'
import { recordingLines } from '../../support/recording-writer.ts'
import { busyMachine } from './load.ts'
import type { Measure } from './measure.ts'

/** What the built program costs from outside: cold start, and replay at full speed. */
export function measureProgram(): readonly Measure[] {
  const folder = mkdtempSync(join(tmpdir(), 'llmtop-bench-'))
  try {
    return [
      { ...coldStart(folder), unit: 'ms', budget: 350, bound: 'most' },
      { ...replaySpeed(folder, 8, 16), unit: 'samples/s', budget: 150, bound: 'least' },
      { ...replaySpeed(folder, 1, 4), unit: 'samples/s', budget: 300, bound: 'least' },
    ]
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function coldStart(folder: string): Pick<Measure, 'what' | 'value'> {
  const path = join(folder, 'one.ndjson')
  writeFileSync(path, recordingLines(busyMachine(1, 4, 1)))
  const times = Array.from({ length: 9 }, () => cpuMsOf(path)).sort((a, b) => a - b)
  return { what: 'CPU of a cold process to the first frame from replay', value: times[4] ?? 0 }
}

/** An hour and 40 minutes at 2 s: of a shorter log most of the time would be the compiler's. */
const SAMPLES = 3000

function replaySpeed(folder: string, gpus: number, processes: number): Pick<Measure, 'what' | 'value'> {
  const path = join(folder, `${gpus}.ndjson`)
  writeFileSync(path, recordingLines(busyMachine(gpus, processes, SAMPLES)))
  const what = `replay --speed max --json of 100 min, ${gpus} GPU${gpus === 1 ? '' : 's'}, ${processes} processes`
  return { what, value: SAMPLES / (cpuMsOf(path) / 1000) }
}

/** User and system time of one run, as the shell reports it for its child. */
function cpuMsOf(path: string): number {
  const program = [process.execPath, PROGRAM, 'replay', '--speed', 'max', '--json', path]
  const report = execFileSync(
    'bash',
    ['-c', 'TIMEFORMAT="%U %S"; { time "$@" >/dev/null; } 2>&1', 'bash', ...program],
    {
      encoding: 'utf8',
    },
  )
  const [user = NaN, system = NaN] = report.trim().split(' ').map(Number)
  return (user + system) * 1000
}
