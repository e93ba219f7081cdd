// From what the keyboard sends to what the terminal gets.
import { PassThrough } from 'node:stream'
import { liveState } from '../../../src/model/session.ts'
import { startMemory } from '../../../src/analyse/memory.ts'
import { RULES } from '../../../src/analyse/rules.ts'
import { step } from '../../../src/analyse/step.ts'
import { terminalOutput } from '../../../src/outputs/terminal/screen.ts'
import { countingOutput } from './counting-output.ts'
import { busyMachine } from './load.ts'
import type { Measure } from './measure.ts'

const SIZE = { columns: 250, rows: 70 }
/** The cursor down and up, another order, a tree, other views: each of them changes the picture. */
const KEYS = ['j', 'k', 'r', 'r', 't', 't', '2', '4', '1', '?', '?'] as const
const WARM_UP_KEYS = 300
const MEASURED_KEYS = 450

/** What a key costs until its picture is written, at the largest size with the usual load. */
export async function measureKeys(): Promise<readonly Measure[]> {
  const input = new PassThrough()
  const output = countingOutput(SIZE)
  const screen = terminalOutput({
    input,
    output,
    color: true,
    ascii: false,
    timeZoneOffsetMinutes: 0,
    session: () => liveState(2000),
    onCommand: () => undefined,
    onQuit: () => undefined,
  })
  let memory = startMemory({ kind: 'local', label: 'bench' }, RULES)
  for (const sample of busyMachine(8, 100, 60)) {
    const stepped = step(memory, sample)
    memory = stepped.memory
    await screen.accept(stepped.frame, sample)
  }
  const costs: number[] = []
  for (let i = 0; i < WARM_UP_KEYS + MEASURED_KEYS; i++) {
    const before = process.cpuUsage()
    const written = output.nextWrite()
    input.write(KEYS[i % KEYS.length] ?? 'j')
    await written
    const { user, system } = process.cpuUsage(before)
    costs.push((user + system) / 1000)
  }
  await screen.close()
  const sorted = costs.slice(WARM_UP_KEYS).toSorted((a, b) => a - b)
  return [
    {
      what: `CPU from a key to its picture at ${SIZE.columns}×${SIZE.rows}, 8 GPUs, 100 processes, the slowest of twenty`,
      value: sorted[Math.floor(sorted.length * 0.95)] ?? NaN,
      unit: 'ms',
      budget: 30,
      bound: 'most',
    },
  ]
}
