import { liveState } from '../../../src/model/session.ts'
import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { startMemory } from '../../../src/analyse/memory.ts'
import { RULES } from '../../../src/analyse/rules.ts'
import { step } from '../../../src/analyse/step.ts'
import { openTerminal } from '../../../src/outputs/terminal/toolkit.ts'
import type { RawSample } from '../../../src/model/sample.ts'
import type { Scene, Size } from '../../../src/view/panel.ts'
import { picture, waitingPicture } from '../../../src/view/picture.ts'
import { see } from '../../../src/view/seen.ts'
import type { Seen } from '../../../src/view/seen.ts'
import { DARK_THEME } from '../../../src/view/theme.ts'
import { INITIAL_UI } from '../../../src/view/ui-state.ts'
import { countingOutput } from './counting-output.ts'
import { busyMachine, lasting } from './load.ts'
import type { Measure } from './measure.ts'

/** What a frame costs from the sample to the terminal, in time and in bytes, at a usual and at a large size. */
export async function measureScreen(): Promise<readonly Measure[]> {
  const samples = busyMachine(8, 100, 240)
  return [
    ...(await atSize(samples, { columns: 120, rows: 40 }, { ms: 6, bytes: 2048 })),
    ...(await atSize(samples, { columns: 250, rows: 70 }, { ms: 12, bytes: 6144 })),
  ]
}

// until the compiler, whose threads count as CPU time too, has come to rest
const WARM_UP_FRAMES = 500
const FRAMES = 500

async function atSize(
  samples: readonly RawSample[],
  size: Size,
  budget: { readonly ms: number; readonly bytes: number },
): Promise<readonly Measure[]> {
  const output = countingOutput(size)
  const host = watchedHost()
  let scene: Scene | undefined
  const style = () => ({ theme: DARK_THEME, ascii: false })
  const terminal = await openTerminal({
    input: new PassThrough(),
    output,
    style,
    picture: (current) => (scene === undefined ? waitingPicture('bench', current) : picture(scene, current)),
    onKey: () => undefined,
    onMouse: () => undefined,
  })
  const frames: FrameCost[] = []
  for (const sample of lasting(samples, WARM_UP_FRAMES + FRAMES)) {
    const writtenBefore = output.written()
    const start = cpuMs()
    scene = host(sample)
    const judged = cpuMs()
    terminal.show()
    const shown = cpuMs()
    // blessed hands its bytes over at the end of the turn
    await turn()
    const bytes = output.written() - writtenBefore
    frames.push({ ms: shown - start, viewMs: shown - judged, bytes })
  }
  terminal.close()
  return measuresOf(frames.slice(WARM_UP_FRAMES), size, budget)
}

interface FrameCost {
  readonly ms: number
  /** Of which view and render. */
  readonly viewMs: number
  readonly bytes: number
}

function measuresOf(
  frames: readonly FrameCost[],
  { columns, rows }: Size,
  budget: { readonly ms: number; readonly bytes: number },
): readonly Measure[] {
  const where = `${columns}×${rows}`
  const load = '8 GPUs, 100 processes'
  return [
    {
      what: `step, view and render of one frame at ${where}, ${load}`,
      value: median(frames.map(({ ms }) => ms)),
      unit: 'ms',
      budget: budget.ms,
      bound: 'most',
    },
    {
      what: `of which view and render at ${where}`,
      value: median(frames.map(({ viewMs }) => viewMs)),
      unit: 'ms',
      budget: budget.ms,
      bound: 'most',
    },
    {
      what: `bytes to the terminal per frame at ${where}, everything changing`,
      value: median(frames.map(({ bytes }) => bytes)),
      unit: 'bytes',
      budget: budget.bytes,
      bound: 'most',
    },
  ]
}

/** What the screen makes of one sample after the other. */
function watchedHost(): (sample: RawSample) => Scene {
  let memory = startMemory({ kind: 'local', label: 'bench' }, RULES)
  let seen: Seen | undefined
  return (sample) => {
    const stepped = step(memory, sample)
    memory = stepped.memory
    seen = see(seen, stepped.frame)
    return { ...seen, hosts: [seen], session: liveState(2000), ui: INITIAL_UI }
  }
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN
}
