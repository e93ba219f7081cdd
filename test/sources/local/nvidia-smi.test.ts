import { chmodSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import { nvidiaSmi } from '../../../src/sources/local/nvidia-smi.ts'
import { eventually } from '../../support/eventually.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import { fakeNvidiaSmi, isAlive } from '../../support/fake-nvidia-smi.ts'
import { nvidiaSmiXml } from '../../support/nvidia-smi-xml.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import type { NvidiaSmi } from '../../../src/sources/local/nvidia-smi.ts'
import type { FakeClock } from '../../support/fake-clock.ts'
import type { FakeNvidiaSmi, FakeScenario } from '../../support/fake-nvidia-smi.ts'

const DOCUMENT = nvidiaSmiXml({ gpus: [{ processes: [{ pid: 4242, name: 'python3', usedMiB: 100 }] }] })
const HEALTHY: FakeScenario = { documents: [DOCUMENT] }
const LOST = 'Failed to initialize NVML: GPU is lost'

describe('nvidia-smi', { timeout: 20_000 }, () => {
  test('runs as one loop, and hands out each document once', async () => {
    const { smi, fake } = start(HEALTHY)
    await answerOf(smi)
    expect(smi.pids()).toEqual([4242])
    expect(smi.take(0).has('nvidia-smi')).toBe(false)
    expect(fake.runs().map(({ args }) => args)).toEqual([['-q', '-x', '-l', '2']])
  })

  test('says in its own words what is wrong, and is started again after ever longer pauses', async () => {
    const { smi, fake, clock } = start({ documents: [], error: { text: LOST, exitCode: 15 } })
    expect(await answerOf(smi)).toEqual({ kind: 'text', text: `${LOST}\n` })
    await passPause(clock, fake, 1000)
    expect(await answerOf(smi)).toEqual({ kind: 'text', text: `${LOST}\n` })
    await passPause(clock, fake, 2000)
    await answerOf(smi)
    fake.change(HEALTHY)
    await passPause(clock, fake, 4000)
    expect(await answerOf(smi)).toMatchObject({
      kind: 'text',
      text: expect.stringContaining('GPU-0') as string,
    })
  })

  test('begins anew with short pauses once it has answered', async () => {
    const { smi, fake, clock } = start({ documents: [DOCUMENT], diesAfter: 1, lastWords: 'Aborted' }, 100)
    for (let round = 0; round < 3; round++) {
      expect(await answerOf(smi)).toMatchObject({ kind: 'text' })
      expect(await answerOf(smi)).toEqual({
        kind: 'fault',
        fault: { kind: 'command-failed', command: fake.command, exitCode: 9, lastLine: 'Aborted' },
      })
      await passPause(clock, fake, 1000)
    }
  })

  test('that is not there is looked for again every half minute', async () => {
    const folder = temporaryFolder()
    const command = `${folder}/nvidia-smi`
    const clock = fakeClock()
    const smi = watched(nvidiaSmi({ command, clock, intervalMs: 2000, onAnswer: () => undefined }))
    expect(await answerOf(smi)).toEqual({ kind: 'fault', fault: { kind: 'command-not-found', command } })
    const fake = fakeNvidiaSmi(folder, HEALTHY)
    await passPause(clock, fake, 30_000)
    expect(await answerOf(smi)).toMatchObject({ kind: 'text' })
  })

  test('that can not be run is tried again, and the reason is told', async () => {
    const folder = temporaryFolder()
    const fake = fakeNvidiaSmi(folder, HEALTHY)
    chmodSync(fake.command, 0o644)
    const clock = fakeClock()
    const smi = watched(
      nvidiaSmi({ command: fake.command, clock, intervalMs: 2000, onAnswer: () => undefined }),
    )
    expect(await answerOf(smi)).toEqual({
      kind: 'fault',
      fault: {
        kind: 'command-failed',
        command: fake.command,
        exitCode: 126,
        lastLine: 'permission denied: it may not be executed',
      },
    })
    chmodSync(fake.command, 0o755)
    await passPause(clock, fake, 1000)
    expect(await answerOf(smi)).toMatchObject({ kind: 'text' })
  })

  test.each([
    ['hangs', { documents: [DOCUMENT], hangsAfter: 1 }],
    ['hangs and ignores SIGTERM', { documents: [DOCUMENT], hangsAfter: 1, ignoresSigterm: true }],
  ])(
    'that %s is given up after half a minute, and another one only starts when it is gone',
    async (_, scenario) => {
      const { smi, fake, clock } = start(scenario)
      await answerOf(smi)
      await clock.advance(30_000)
      expect(await answerOf(smi)).toEqual({
        kind: 'fault',
        fault: { kind: 'timed-out', what: `'${fake.command}'`, afterMs: 30_000 },
      })
      expect(fake.runs().map(({ pid }) => isAlive(pid))).toEqual([false])
      await passPause(clock, fake, 1000)
      expect(fake.overlaps()).toBe(0)
    },
  )

  test('that refuses its loop is run once per tick, and never twice at a time', async () => {
    const { smi, fake } = start({
      ...HEALTHY,
      loopUsageError: 'Invalid combination of input arguments.',
      delayMs: 50,
    })
    await eventually(() => smi.hasNews(), 'the first single run has answered')
    expect(smi.take(0).get('nvidia-smi/mode')).toEqual({
      kind: 'fault',
      fault: { kind: 'loop-mode-left', because: 'is unknown to this version' },
    })
    for (let round = 0; round < 2; round++) {
      await eventually(() => !isAlive(fake.runs().at(-1)?.pid ?? 0), 'the run is over')
      smi.tick()
      smi.tick()
      expect([...smi.take(0).keys()]).toEqual([])
      await eventually(() => smi.hasNews(), 'the next run has answered')
      expect([...smi.take(0).keys()]).toEqual(['nvidia-smi'])
    }
    expect(fake.runs().map(({ args }) => args.join(' '))).toEqual(['-q -x -l 2', '-q -x', '-q -x', '-q -x'])
    expect(fake.overlaps()).toBe(0)
  })

  test('is started anew once when the interval changes several times in a row', async () => {
    const { smi, fake, clock } = start(HEALTHY)
    await answerOf(smi)
    smi.setInterval(3000)
    await clock.advance(400)
    await timeToStart()
    smi.setInterval(1500)
    await clock.advance(499)
    await timeToStart()
    expect(fake.runs()).toHaveLength(1)
    await clock.advance(1)
    await answerOf(smi)
    expect(fake.runs().map(({ args }) => args.join(' '))).toEqual(['-q -x -l 2', '-q -x -lms 1500'])
    expect(fake.overlaps()).toBe(0)
  })

  test('goes on undisturbed when the interval changes back', async () => {
    const { smi, fake, clock } = start(HEALTHY)
    await answerOf(smi)
    smi.setInterval(3000)
    smi.setInterval(2000)
    await clock.advance(20_000)
    await timeToStart()
    expect(fake.runs()).toHaveLength(1)
    expect(isAlive(fake.runs()[0]?.pid ?? 0)).toBe(true)
  })

  test.each([
    ['ends when it is told to', HEALTHY],
    ['is killed when it does not end', { ...HEALTHY, ignoresSigterm: true }],
  ])('%s', async (_, scenario) => {
    const { smi, fake } = start(scenario)
    await answerOf(smi)
    await smi.stop()
    expect(fake.runs().map(({ pid }) => isAlive(pid))).toEqual([false])
  })
})

interface Started {
  readonly smi: NvidiaSmi
  readonly fake: FakeNvidiaSmi
  readonly clock: FakeClock
}

function start(scenario: FakeScenario, intervalMs = 2000): Started {
  const fake = fakeNvidiaSmi(temporaryFolder(), scenario)
  const clock = fakeClock()
  const smi = nvidiaSmi({ command: fake.command, clock, intervalMs, onAnswer: () => undefined })
  return { smi: watched(smi), fake, clock }
}

function watched(smi: NvidiaSmi): NvidiaSmi {
  onTestFinished(() => smi.stop())
  return smi
}

async function answerOf(smi: NvidiaSmi): Promise<unknown> {
  await eventually(() => smi.hasNews(), 'nvidia-smi has answered')
  return smi.take(0).get('nvidia-smi')
}

/** Lets a pause of `ms` go by, and shows that the next run starts with its end and not before. */
async function passPause(clock: FakeClock, fake: FakeNvidiaSmi, ms: number): Promise<void> {
  const runs = fake.runs().length
  await clock.advance(ms - 1)
  await timeToStart()
  expect(fake.runs()).toHaveLength(runs)
  await clock.advance(1)
  await eventually(() => fake.runs().length > runs, 'it is started again')
}

/** Ample for a child to start and to say so. */
function timeToStart(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 200))
}
