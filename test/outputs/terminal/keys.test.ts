import { afterEach, expect, test, vi } from 'vitest'
import type { SignalName, SignalTarget } from '../../../src/model/signal.ts'
import { DEFAULT_PREFERENCES } from '../../../src/view/preferences.ts'
import { LIVE, REPLAY } from '../../support/scene.ts'
import { fleetFrames } from '../../support/scene-fleet.ts'
import { manyFrames, tensorParallelFrames } from '../../support/scene-many.ts'
import { twoH100Frames } from '../../support/scene-two-h100.ts'
import { watch } from '../../support/terminal.ts'
import type { Watched, WatchedOptions } from '../../support/terminal.ts'

const open: Watched[] = []
afterEach(async () => {
  for (const watched of open.splice(0)) await watched.screen.close()
})

const ENTER = '\r'
const ESCAPE = '\u001b'
const F2 = '\u001bOQ'
const DOWN = '\u001b[B'
const RIGHT = '\u001b[C'

const FRAMES = twoH100Frames()

async function opened(options: WatchedOptions = {}, frames = FRAMES): Promise<Watched> {
  const watched = watch(120, 40, options)
  open.push(watched)
  await watched.show(...frames)
  return watched
}

async function text(watched: Watched): Promise<string> {
  return (await watched.terminal.rows()).join('\n')
}

async function typed(watched: Watched, ...keys: readonly string[]): Promise<string> {
  for (const key of keys) await watched.type(key)
  return text(watched)
}

// A lone Escape waits for the rest of a sequence.
async function escaped(watched: Watched): Promise<string> {
  await watched.type(ESCAPE)
  await new Promise((resolve) => setTimeout(resolve, 40))
  return text(watched)
}

test('Enter opens the workload under the cursor with its sum, and Esc goes back', async () => {
  const watched = await opened()
  const detail = await typed(watched, 'j', ENTER)
  for (const words of ['Where the bytes are', 'KV pool', '342k of 428k tokens', 'What to do', 'Settings'])
    expect(detail).toContain(words)
  expect(await escaped(watched)).toContain('Workloads')
  expect(watched.quits()).toBe(0)
})

test('Tab and digits go through the views', async () => {
  const watched = await opened()
  expect(await typed(watched, '\t')).toContain('History')
  expect(await typed(watched, '3')).toContain('came true')
  expect(await typed(watched, '4')).toContain('Host memory by process')
  expect(await typed(watched, '1')).toContain('Workloads')
  expect(await typed(watched, '\u001b[Z')).toContain('Host memory by process')
})

test('Enter on a card shows it alone, and on a process there its workload', async () => {
  const watched = await opened()
  const card = await typed(watched, '2', 'j', ENTER)
  expect(card).toContain('node7  GPU 1')
  expect(card).toMatch(/▸ +9120 alice/)
  expect(await typed(watched, 'j', 'j')).toMatch(/▸ +2210 root/)
  expect(await typed(watched, 'k', ENTER)).toContain('Where the bytes are')
  await escaped(watched)
  expect(await escaped(watched)).toContain('GPUs  2')
})

test('M and P order by memory and CPU, as in htop', async () => {
  const watched = await opened()
  expect(await typed(watched, 'M')).toContain('sorted by vram')
  expect(await typed(watched, 'P', 'I')).toContain('sorted by cpu, reversed')
})

test('c copies the advised commands one after the other, as OSC 52', async () => {
  const watched = await opened()
  await typed(watched, 'j', ENTER)
  watched.terminal.written.length = 0
  expect(await typed(watched, 'c')).toContain('copied 1 of 2')
  await typed(watched, 'c')
  const copied = [...watched.terminal.written.join('').matchAll(/\u001b\]52;c;([^\u0007]*)\u0007/g)]
  expect(copied.map(([, base64 = '']) => Buffer.from(base64, 'base64').toString('utf8'))).toEqual([
    'vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384 --gpu-memory-utilization .95',
    'vllm serve meta-llama/Llama-3.1-8B-Instruct --max-model-len 16384 --kv-cache-dtype fp8',
  ])
})

test('where nothing is advised, c copies the own command of a workload, quoted for a shell', async () => {
  const watched = await opened({}, tensorParallelFrames())
  await typed(watched, ENTER)
  expect(await typed(watched, 'c')).toContain('copied, where your terminal allows it: vllm serve')
  const empty = await opened({}, manyFrames().slice(0, 1))
  expect(await typed(empty, '2', 'c')).toContain('no command to copy')
})

test('the menu of orders goes through the columns, reverses, and Esc brings the old order back', async () => {
  const watched = await opened()
  expect(await typed(watched, 's', 's', 'r')).toContain('sorted by vram, reversed')
  expect(await escaped(watched)).toContain('sorted by risk')
  expect(await typed(watched, '\u001b[17~', DOWN, DOWN, ENTER)).toContain('sorted by full in')
})

test('a filter takes effect as it is typed, tells its mistakes, and Esc undoes it', async () => {
  const watched = await opened()
  const rows = async () =>
    (await watched.terminal.rows())
      .filter((row) => /^│[▸ ] +\d+ /.test(row))
      .map((row) => row.slice(2, 9).trim())
  await typed(watched, '/', 'vram>65g')
  expect(await rows()).toEqual(['4200'])
  expect(await typed(watched, ' kv>x')).toContain("'kv>' needs a number")
  expect(await rows()).toEqual(['9120', '4200', '2210'])
  await typed(watched, '\u0017', '\u007f', ENTER)
  expect(await rows()).toEqual(['4200'])
  await typed(watched, 'q')
  expect(watched.quits()).toBe(1)
  expect(await escaped(watched)).toContain('9120')
})

test('a filter that is at work stands in the key bar, whatever else has room', async () => {
  const watched = await opened()
  watched.terminal.resize(60, 15)
  await typed(watched, '/', 'vram>65g', ENTER)
  expect((await watched.terminal.rows()).at(-1)).toContain('/ vram>65g')
})

test('while a filter is typed, letters are text', async () => {
  const watched = await opened()
  expect(await typed(watched, '/', 'q?s')).toContain('Filter: q?s')
  expect(watched.quits()).toBe(0)
  await typed(watched, '\u0003')
  expect(watched.quits()).toBe(1)
})

test('t shows processes below their engine', async () => {
  const watched = await opened({}, tensorParallelFrames())
  expect(await text(watched)).not.toContain('Worker_TP')
  expect(await typed(watched, 't')).toContain('╴VLLM::Worker_T')
})

test('z changes the axis of time', async () => {
  const watched = await opened()
  expect(await text(watched)).toContain('−5 min')
  expect(await typed(watched, 'z')).toContain('−30 s')
  expect(await typed(watched, 'zzzzzz')).toMatch(/−\d+ h/)
})

test('F2 changes the theme at once, hides columns, and asks for another interval', async () => {
  const watched = await opened()
  watched.terminal.written.length = 0
  await typed(watched, F2, RIGHT)
  // the blue of weights on a light background
  expect(watched.terminal.written.join('')).toContain('38;5;25m')
  await typed(watched, DOWN, DOWN, DOWN, RIGHT)
  expect(watched.commands).toEqual([{ kind: 'interval', intervalMs: 3000 }])
  for (let i = 0; i < 4; i++) await watched.type(DOWN)
  expect(await typed(watched, RIGHT)).toMatch(/column USER +← hidden/)
  expect(await escaped(watched)).not.toContain('USER')
})

test('what was preferred before is there from the start', async () => {
  const preferences = {
    ...DEFAULT_PREFERENCES,
    sort: 'pid' as const,
    units: 'MiB' as const,
    theme: 'mono' as const,
  }
  const watched = await opened({ more: { preferences } })
  expect(await text(watched)).toContain('sorted by pid')
  expect(await text(watched)).toContain('71578')
  expect(watched.terminal.written.join('')).not.toMatch(/\u001b\[[\d;]*[34]8;5;\d+[\d;]*m/)
})

test('a signal goes to the process that was asked about, only after y', async () => {
  const sent: (readonly [SignalTarget, SignalName])[] = []
  const onSignal = vi.fn((target: SignalTarget, signal: SignalName) => {
    sent.push([target, signal])
    return 'sent' as const
  })
  const watched = await opened({ more: { onSignal } })
  expect(await typed(watched, 'K', ENTER)).toContain('Send SIGTERM to process 9120, python3 of alice?')
  await typed(watched, 'n')
  expect(sent).toEqual([])
  expect(await typed(watched, '\u001b[20~', RIGHT, ENTER, 'y')).toContain('SIGINT was sent to process 9120')
  expect(sent).toEqual([
    [
      {
        pid: 9120,
        startTicks: 912_000,
        name: 'python3',
        user: 'alice',
        command: ['python3', 'chat.py', '--model', 'Qwen/Qwen3-14B'],
      },
      'SIGINT',
    ],
  ])
})

test('what a key had to say goes with the next key, also with one that steers a replay', async () => {
  const replay = await opened({ session: () => REPLAY })
  expect(await typed(replay, 'K')).toContain('a replay has no processes to signal')
  expect(await typed(replay, 'L')).not.toContain('a replay has no processes to signal')
})

test('nothing is signalled in a replay, and nothing on another host', async () => {
  const onSignal = vi.fn(() => 'sent' as const)
  const replay = await opened({ session: () => REPLAY, more: { onSignal } })
  expect(await typed(replay, 'K')).toContain('a replay has no processes to signal')
  const remote = await opened({ more: { onSignal } }, fleetFrames().slice(0, 1))
  expect(await typed(remote, 'K')).toContain('are signalled there')
  // nor is it offered
  for (const watched of [replay, remote]) expect(await typed(watched, 'x')).not.toContain('K Signal')
  expect(await text(await opened())).toContain('K Signal')
  expect(onSignal).not.toHaveBeenCalled()
})

test('the mouse is off, and on it selects, opens and scrolls', async () => {
  const watched = await opened()
  expect(watched.terminal.written.join('')).not.toContain('\u001b[?1000h')
  await watched.screen.close()
  const mouse = await opened({ more: { preferences: { ...DEFAULT_PREFERENCES, mouse: true } } })
  expect(mouse.terminal.written.join('')).toContain('\u001b[?1000h\u001b[?1006h')
  const rows = await mouse.terminal.rows()
  const y = rows.findIndex((row) => row.includes(' 4200 root')) + 1
  const click = `\u001b[<0;10;${y}M\u001b[<0;10;${y}m`
  expect(await typed(mouse, click)).toMatch(/▸ +4200/)
  expect(await typed(mouse, click)).toContain('Where the bytes are')
  await typed(mouse, '\u001b[<65;10;10M')
  expect(await text(mouse)).toContain('↑ 1')
  await mouse.screen.close()
  expect(mouse.terminal.written.join('')).toContain('\u001b[?1006l\u001b[?1000l')
})

test('Ctrl-Z gives the terminal back, and takes it again when the job goes on', async () => {
  let goOn = (): void => undefined
  const onSuspend = () =>
    new Promise<void>((resolve) => {
      goOn = resolve
    })
  const watched = await opened({ more: { onSuspend } })
  const before = await text(watched)
  await typed(watched, '\u001a')
  expect((await watched.terminal.emulator()).buffer.active.type).toBe('normal')
  expect(watched.terminal.input.isRaw).toBe(false)
  const written = watched.terminal.written.length
  await watched.show(...FRAMES.slice(-1))
  expect(watched.terminal.written.length).toBe(written)
  goOn()
  await expect.poll(() => watched.terminal.input.isRaw).toBe(true)
  await expect.poll(() => text(watched)).toBe(before)
})

test('a process that someone else stopped takes the terminal anew when it goes on', async () => {
  let goOn = (): void => undefined
  let ended = 0
  const onContinued = (callback: () => void) => {
    goOn = callback
    return () => {
      ended += 1
    }
  }
  const watched = await opened({ more: { onContinued } })
  const before = await text(watched)
  // as the shell does that has the terminal meanwhile
  watched.terminal.input.setRawMode(false)
  const written = watched.terminal.written.length
  goOn()
  expect(watched.terminal.input.isRaw).toBe(true)
  expect(watched.terminal.written.slice(written).join('')).toContain('\u001b[?1049l')
  await expect.poll(() => text(watched)).toBe(before)
  expect(await typed(watched, '2')).toContain('GPUs  2')
  await watched.screen.close()
  expect(ended).toBe(1)
})

test('several hosts are a fleet; Enter opens one as if it were local, and Esc goes back', async () => {
  const watched = await opened({}, fleetFrames())
  const fleet = await text(watched)
  expect(fleet).toContain('9 hosts')
  expect(fleet).toContain('retry in 8.0 s, refused')
  expect(await typed(watched, 'j', ENTER)).toContain('gpu-17  driver')
  expect(await typed(watched, '\t')).toContain('GPUs  8')
  expect(await escaped(watched)).toContain('Hosts  9')
  expect(await typed(watched, '2')).toContain('Warnings of all hosts')
  expect(await typed(watched, ENTER)).toContain('gpu-03')
})

test('a pause holds the picture of all hosts', async () => {
  const watched = await opened({ session: () => LIVE }, fleetFrames())
  const before = (await text(watched)).split('\n').slice(1, -1)
  await typed(watched, 'p')
  await watched.show(...fleetFrames().map((frame) => ({ ...frame, risks: [] })))
  expect((await text(watched)).split('\n').slice(1, -1)).toEqual(before)
  expect(await typed(watched, 'p')).not.toContain('▲')
})
