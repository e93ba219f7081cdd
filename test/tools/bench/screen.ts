// The built code is what is measured: what runs TypeScript directly adds costs of its own to every function.
import { liveState } from '../../../src/model/session.ts'
import { PassThrough, Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { startMemory } from '../../../dist/analyse/memory.js'
import { RULES } from '../../../dist/analyse/rules.js'
import { step } from '../../../dist/analyse/step.js'
import { openTerminal, type Terminal } from '../../../dist/outputs/terminal/toolkit.js'
import type { Scene, Size } from '../../../dist/view/panel.js'
import { picture } from '../../../dist/view/picture.js'
import { see } from '../../../dist/view/seen.js'
import type { Seen } from '../../../dist/view/seen.js'
import { DARK_THEME } from '../../../dist/view/theme.js'
import { INITIAL_UI } from '../../../dist/view/ui-state.js'
import { busyMachine } from './load.ts'
import type { Measure } from './measure.ts'

/** What a frame costs from the picture to the terminal, in time and in bytes, at a usual and at a large size. */
export async function measureScreen(): Promise<readonly Measure[]> {
  const scenes = scenesOf(240)
  return [
    ...(await atSize(scenes, { columns: 120, rows: 40 }, { ms: 6, bytes: 2048 })),
    ...(await atSize(scenes, { columns: 250, rows: 70 }, { ms: 12, bytes: 6144 })),
  ]
}

async function atSize(
  scenes: readonly Scene[],
  size: Size,
  budget: { readonly ms: number; readonly bytes: number },
): Promise<readonly Measure[]> {
  const output = countingOutput(size)
  const [first] = scenes
  if (first === undefined) return []
  let scene = first
  const style = () => ({ theme: DARK_THEME, ascii: false })
  const terminal = await openTerminal({
    input: new PassThrough(),
    output,
    style,
    picture: (current) => picture(scene, current),
    onKey: () => undefined,
    onMouse: () => undefined,
  })
  const frames: { readonly ms: number; readonly bytes: number }[] = []
  for (scene of scenes) frames.push(await cost(terminal, output))
  terminal.close()
  // the first frames draw everything and warm the compiler up
  const warm = frames.slice(60)
  const where = `${size.columns}×${size.rows}`
  const load = '8 GPUs, 100 processes'
  return [
    {
      what: `view and render of one frame at ${where}, ${load}`,
      value: median(warm.map(({ ms }) => ms)),
      unit: 'ms',
      budget: budget.ms,
      bound: 'most',
    },
    {
      what: `bytes to the terminal per frame at ${where}, everything changing`,
      value: median(warm.map(({ bytes }) => bytes)),
      unit: 'bytes',
      budget: budget.bytes,
      bound: 'most',
    },
  ]
}

async function cost(terminal: Terminal, output: CountingOutput): Promise<{ ms: number; bytes: number }> {
  const writtenBefore = output.written()
  const before = process.cpuUsage()
  terminal.show()
  const { user, system } = process.cpuUsage(before)
  // blessed hands its bytes over at the end of the turn
  await turn()
  return { ms: (user + system) / 1000, bytes: output.written() - writtenBefore }
}

function scenesOf(count: number): readonly Scene[] {
  let memory = startMemory({ kind: 'local', label: 'bench' }, RULES)
  let seen: Seen | undefined
  return busyMachine(8, 100, count).map((sample) => {
    const stepped = step(memory, sample)
    memory = stepped.memory
    seen = see(seen, stepped.frame)
    return { ...seen, hosts: [seen], session: liveState(2000), ui: INITIAL_UI }
  })
}

type CountingOutput = Writable & {
  readonly columns: number
  readonly rows: number
  readonly isTTY: boolean
  written(): number
}

function countingOutput({ columns, rows }: Size): CountingOutput {
  let written = 0
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.length
      done()
    },
  })
  return Object.assign(stream, { columns, rows, isTTY: true, written: () => written })
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
