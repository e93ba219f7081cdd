import { afterEach, expect, test } from 'vitest'
import type { SessionState } from '../../../src/model/session.ts'
import { LIVE, REPLAY } from '../../support/scene.ts'
import { twoH100, twoH100Frames } from '../../support/scene-two-h100.ts'
import { eightGpusFrames, hostile, SCENES } from '../../support/scenes.ts'
import { watch } from '../../support/terminal.ts'
import type { Watched, WatchedOptions } from '../../support/terminal.ts'

const open: Watched[] = []
afterEach(async () => {
  for (const watched of open.splice(0)) await watched.screen.close()
})

function opened(columns: number, rows: number, options: WatchedOptions = {}): Watched {
  const watched = watch(columns, rows, options)
  open.push(watched)
  return watched
}

async function text(watched: Watched): Promise<string> {
  return (await watched.terminal.rows()).join('\n')
}

const { frame } = twoH100()

test('before the first frame the screen says what it waits for', async () => {
  const watched = opened(80, 24)
  await watched.type('')
  await expect.poll(() => text(watched)).toContain('waits for the first answer')
})

test('a frame is one write, and the same frame again is none', async () => {
  const watched = opened(120, 40)
  await watched.show(frame)
  const writes = watched.terminal.written.length
  await watched.show(frame)
  expect(watched.terminal.written.length).toBe(writes)
  await watched.show({ ...frame, takenAtEpochMs: frame.takenAtEpochMs + 2000 })
  expect(watched.terminal.written.length).toBe(writes + 1)
})

test('an unchanged picture with wide characters and emoji writes nothing either', async () => {
  const watched = opened(120, 40)
  const scene = hostile()
  await watched.show(scene.frame)
  const writes = watched.terminal.written.length
  await watched.show(scene.frame)
  await watched.type('é')
  expect(watched.terminal.written.length).toBe(writes)
})

test('few changes are few bytes', async () => {
  const watched = opened(120, 40)
  const frames = eightGpusFrames(12)
  await watched.show(...frames.slice(0, 8))
  const sizes: number[] = []
  for (const next of frames.slice(8)) {
    watched.terminal.written.length = 0
    await watched.show(next)
    sizes.push(Buffer.byteLength(watched.terminal.written.join('')))
  }
  expect(Math.max(...sizes)).toBeLessThan(600)
})

test('keys change the picture at once, from the last frame', async () => {
  const watched = opened(120, 40)
  await watched.show(...eightGpusFrames(2))
  expect(await text(watched)).toContain('sorted by risk')
  await watched.type('s')
  expect(await text(watched)).toContain('Sort by')
  await watched.type('s')
  expect(await text(watched)).toContain('sorted by vram')
  await watched.type('r')
  expect(await text(watched)).toContain('sorted by vram, reversed')
  await watched.type('\r')
  expect(await text(watched)).not.toContain('Sort by')
  await watched.type('?')
  expect(await text(watched)).toContain('quit')
  await watched.type('\u001b')
  await expect.poll(() => text(watched)).toContain('Workloads')
})

test('the cursor moves with arrows, pages and letters, and stays with its process', async () => {
  const watched = opened(120, 40)
  const frames = eightGpusFrames(3)
  await watched.show(...frames.slice(0, 2))
  const marked = async () =>
    (await watched.terminal.rows())
      .find((row) => row.includes('▸'))
      ?.trim()
      .split(/\s+/)[1]
  expect(await marked()).toBe('10007')
  await watched.type('j')
  await watched.type('\u001b[B')
  await watched.type('\u001bOB')
  expect(await marked()).toBe('10031')
  await watched.type('sss\r')
  expect(await marked()).toBe('10031')
  await watched.type('\u001b[F')
  await watched.type('\u001b[6~')
  await watched.type('\u001b[H')
  expect(await marked()).not.toBe('10031')
})

test('an arrow key that is torn on its way is still an arrow key', async () => {
  const watched = opened(120, 40)
  await watched.show(...eightGpusFrames(2))
  await watched.type('?')
  watched.terminal.input.write('\u001b')
  watched.terminal.input.write('[')
  await watched.type('B')
  // scrolled by a line, and still open
  expect((await watched.terminal.rows()).at(-2)).toMatch(/↑ \d+ /)
  expect((await watched.terminal.rows())[0]).toContain('help')
})

test('a live pause holds the picture while frames go on; a second one shows the newest', async () => {
  const watched = opened(120, 40)
  const [first, second] = [frame, { ...frame, takenAtEpochMs: frame.takenAtEpochMs + 60_000 }]
  await watched.show(first)
  await watched.type('p')
  await watched.show(second)
  expect(await text(watched)).toContain('PAUSED')
  expect(await text(watched)).toContain('12:31:07')
  await watched.type(' ')
  expect(await text(watched)).toContain('12:32:07')
})

test('a replay is paused, stepped and sped up at its source', async () => {
  let session: SessionState = REPLAY
  const watched = opened(80, 24, { session: () => session })
  await watched.show(frame)
  expect(await text(watched)).toContain('REPLAY 8×')
  await watched.type('p')
  session = { ...REPLAY, paused: true }
  await watched.type(']')
  await watched.type('+')
  await watched.type('p')
  expect(watched.commands).toEqual([
    { kind: 'pause' },
    { kind: 'step', direction: 1 },
    { kind: 'speed', factor: 16 },
    { kind: 'resume' },
  ])
  expect(await text(watched)).toContain('REPLAY PAUSED')
})

test('the end of a replay is shown without another frame', async () => {
  let session: SessionState = REPLAY
  const watched = opened(80, 24, { session: () => session })
  await watched.show(frame)
  session = { ...REPLAY, ended: true }
  watched.screen.refresh()
  await expect.poll(() => text(watched)).toContain('REPLAY ENDED')
})

test('a changed interval is asked of the source', async () => {
  const watched = opened(80, 24, { session: () => LIVE })
  await watched.show(frame)
  await watched.type('+-')
  expect(watched.commands).toEqual([
    { kind: 'interval', intervalMs: 3000 },
    { kind: 'interval', intervalMs: 1000 },
  ])
})

test.each(['q', '\u0003'])('%j asks to quit, and nothing else does', async (key) => {
  const watched = opened(80, 24)
  await watched.show(frame)
  await watched.type('\u001b')
  await watched.type('é')
  expect(watched.quits()).toBe(0)
  await watched.type(key)
  expect(watched.quits()).toBe(1)
})

test('Ctrl-L draws everything anew', async () => {
  const watched = opened(80, 24)
  await watched.show(frame)
  const before = await text(watched)
  watched.terminal.output.write('\u001b[2J')
  await watched.type('\u000c')
  expect(await text(watched)).toBe(before)
})

test('frames of a second host do not mix with those of the first', async () => {
  const watched = opened(80, 24)
  await watched.show(frame, { ...frame, host: 'other' })
  expect(await text(watched)).toContain('node7')
})

test.each(Object.keys(SCENES))(
  '%s: any size, down to one cell and back, draws the same as at once',
  async (name) => {
    const scene = SCENES[name]?.() ?? twoH100()
    const watched = opened(120, 40)
    await watched.show(scene.frame)
    const before = await text(watched)
    for (const [columns, rows] of [
      [1, 1],
      [80, 24],
      [300, 90],
      [60, 15],
      [59, 14],
      [2, 50],
      [200, 1],
      [0, 0],
      [120, 40],
    ] as const) {
      watched.terminal.resize(columns, rows)
      await watched.terminal.rows()
    }
    expect(await text(watched)).toBe(before)
  },
)

test('no tag, no escape sequence of a name reaches the terminal', async () => {
  const watched = opened(200, 50)
  const scene = hostile()
  await watched.show(scene.frame)
  expect(await text(watched)).toContain('{red-fg}{bold}t')
  const written = watched.terminal.written.join('')
  expect(written).not.toContain('\u001b]0;')
  expect(written).not.toContain('\u0007')
  expect(written).not.toContain('\u001b[31mred')
})

test('without colour there is no colour, and with ASCII nothing but ASCII', async () => {
  const mono = opened(120, 40, { color: false })
  await mono.show(...twoH100Frames(40))
  expect(mono.terminal.written.join('')).not.toMatch(/\u001b\[[\d;]*[34]8;5;\d+[\d;]*m/)
  const ascii = opened(120, 40, { ascii: true })
  await ascii.show(...twoH100Frames(40), hostile().frame)
  expect(ascii.terminal.written.join('')).toMatch(/^[\u0000-\u007f]*$/)
})

test('box lines are real characters, not shifted letters', async () => {
  const watched = opened(120, 40)
  await watched.show(frame)
  expect(watched.terminal.written.join('')).not.toContain('\u001b(0')
})

test('closing gives the terminal back as it was, once', async () => {
  const events = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'SIGHUP', 'uncaughtException', 'exit'] as const
  const counts = (watched?: Watched) => [
    ...events.map((event) => process.listenerCount(event)),
    ...(watched === undefined
      ? [0, 0, 0]
      : ['data', 'keypress', 'newListener'].map((event) => watched.terminal.input.listenerCount(event))),
    watched === undefined ? 0 : watched.terminal.output.listenerCount('resize'),
  ]
  const before = counts()
  const watched = watch(80, 24)
  await watched.show(frame)
  expect(watched.terminal.input.isRaw).toBe(true)
  expect((await watched.terminal.emulator()).buffer.active.type).toBe('alternate')
  await watched.screen.close()
  const written = watched.terminal.written.join('')
  await watched.screen.close()
  expect(watched.terminal.written.join('')).toBe(written)
  expect(watched.terminal.input.isRaw).toBe(false)
  expect((await watched.terminal.emulator()).buffer.active.type).toBe('normal')
  expect(written.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(written.lastIndexOf('\u001b[?1049h'))
  expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'))
  expect(written).not.toMatch(/\u001b\[\?100\dh/)
  expect(counts(watched)).toEqual(before)
})

test('blessed keeps no hand on signals and crashes while the screen is open', async () => {
  const events = ['SIGTERM', 'SIGINT', 'SIGQUIT', 'uncaughtException'] as const
  const before = events.map((event) => process.listenerCount(event))
  const watched = opened(80, 24)
  await watched.show(frame)
  expect(events.map((event) => process.listenerCount(event))).toEqual(before)
})

test('closed before it is open, it opens and closes', async () => {
  const watched = watch(80, 24)
  await watched.screen.close()
  await expect.poll(() => watched.terminal.written.join('')).toContain('\u001b[?1049l')
  await expect.poll(() => watched.terminal.input.isRaw).toBe(false)
})
