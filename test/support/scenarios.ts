import { GIB } from '../../src/core/units.ts'
import type { Scenario, SimulatedProcess } from './simulate.ts'

/** One card of 80 GB on which nothing runs, for ten minutes; every test adds what it is about. */
export function machine(changes: Partial<Scenario>): Scenario {
  return {
    host: 'node7',
    seed: 7,
    startedAtEpochMs: Date.UTC(2026, 10, 21, 2, 12, 24),
    intervalMs: 2000,
    durationMs: 600_000,
    hostTotalKib: (251 * GIB) / 1024,
    gpus: [{ utilizationAt: () => 50 }],
    processes: [],
    ...changes,
  }
}

/** A process of root's, started early; `gpuMiBAt` says what it holds on which card. */
export function running(
  pid: number,
  command: string,
  gpuMiBAt: SimulatedProcess['gpuMiBAt'],
  more: Partial<SimulatedProcess> = {},
): SimulatedProcess {
  const words = command.split(' ')
  return {
    pid,
    parentPid: 1,
    uid: 0,
    startTicks: pid * 10,
    comm: (words[0] ?? '').slice(0, 15),
    command: words,
    gpuMiBAt,
    residentMiB: 1000,
    cpuPercent: 50,
    ...more,
  }
}

/** Takes its memory as it generates: the engine whose growth ends in CUDA out of memory. */
export const ON_DEMAND = 'transformers serve --force-model Qwen/Qwen3-14B'

/** Takes all its memory at the start, by its own account. */
export const PREALLOCATED = 'transformers serve --continuous-batching'

/** A server whose memory on card 0 grows at a steady pace from its start at `fromMiB`. */
export function growing(mibPerMinute: number, fromMiB = 30_000, command = ON_DEMAND): SimulatedProcess {
  return running(9120, command, (s) => ({ 0: fromMiB + (mibPerMinute * s) / 60 }))
}

/** A vLLM-like server that holds its pool from the start, and a desktop that breathes beside it. */
export const FLAT_POOL_AND_DESKTOP: Scenario = machine({
  durationMs: 1_800_000,
  processes: [
    running(4200, '/usr/bin/python3 /opt/venv/bin/vllm serve M', () => ({})),
    running(4242, 'VLLM::EngineCore', () => ({ 0: 72_300 }), { parentPid: 4200 }),
    running(2388, '/usr/bin/gnome-shell', (s) => ({ 0: 300 + 120 * Math.sin(s / 40) }), { type: 'C+G' }),
  ],
})
