import type { RawSample } from '../../../src/model/sample.ts'
import { simulate, type Scenario, type SimulatedProcess } from '../../support/simulate.ts'

/** The load that the budgets are set for: cards full of processes, every one of them with its /proc files. */
export function busyMachine(gpus: number, processes: number, samples: number): readonly RawSample[] {
  return simulate(scenario(gpus, processes, samples))
}

/** `count` samples: those of a machine again and again, each round later than the one before. */
export function* lasting(samples: readonly RawSample[], count: number): Generator<RawSample> {
  for (let sequence = 0; sequence < count; sequence++) {
    const sample = samples[sequence % samples.length]
    if (sample === undefined) throw new Error('the bench has no samples')
    const shiftMs = (sequence - sample.sequence) * sample.intervalMs
    const { elapsedMs, takenAtEpochMs } = sample
    yield {
      ...sample,
      sequence,
      elapsedMs: elapsedMs + shiftMs,
      takenAtEpochMs: takenAtEpochMs + shiftMs,
    }
  }
}

function scenario(gpus: number, processes: number, samples: number): Scenario {
  const intervalMs = 2000
  return {
    host: 'bench',
    seed: 1,
    startedAtEpochMs: Date.UTC(2026, 10, 21),
    intervalMs,
    durationMs: (samples - 1) * intervalMs,
    hostTotalKib: 2 * 1024 ** 3,
    gpus: Array.from({ length: gpus }, (_, index) => ({
      utilizationAt: (seconds: number) => 60 + 30 * Math.sin(seconds / 20 + index),
    })),
    processes: Array.from({ length: processes }, (_, at) => processOn(at % gpus, at, gpus / processes)),
  }
}

function processOn(gpu: number, at: number, share: number): SimulatedProcess {
  return {
    pid: 5000 + at,
    parentPid: 4000,
    uid: 1000,
    startTicks: 1000 + at,
    comm: 'python3',
    command: [
      '/usr/bin/python3',
      '/srv/jobs/train.py',
      '--rank',
      `${at}`,
      '--config',
      '/srv/jobs/config.yaml',
    ],
    gpuMiBAt: (seconds) => ({ [gpu]: 70_000 * share + 40 * Math.sin(seconds / 30 + at) }),
    residentMiB: 900,
    cpuPercent: 55,
  }
}
