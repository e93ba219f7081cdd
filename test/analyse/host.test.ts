import { expect, test } from 'vitest'
import { known, missing } from '../../src/core/reading.ts'
import { gibibytes, kibibytes, mebibytes } from '../../src/core/units.ts'
import { lastFrame, sampleAt, steps } from '../support/fold.ts'

test('the host’s memory is what its files say; what no kernel says is missing, not zero', () => {
  const meminfo =
    'MemTotal: 1048576 kB\nMemFree: 1024 kB\nMemAvailable: 524288 kB\nSwapTotal: 4096 kB\nSwapFree: 1024 kB\n'
  const { hostMemory, hostLoad } = lastFrame([
    sampleAt(0, { meminfo, vmstat: 'nr_free_pages 1\noom_kill 3\n', loadavg: '3.50 1.00 1.00 1/1 1\n' }),
  ])
  expect(hostMemory).toEqual({
    totalBytes: known(gibibytes(1)),
    availableBytes: known(mebibytes(512)),
    freeBytes: known(mebibytes(1)),
    swapTotalBytes: known(mebibytes(4)),
    swapUsedBytes: known(mebibytes(3), 'derived'),
    pressure: { someAvg10Percent: missing('not-reported'), fullAvg10Percent: missing('not-reported') },
    oomKills: known(3),
  })
  expect(hostLoad).toEqual({ load1: known(3.5), uptimeSeconds: missing('not-reported') })
})

test('while the first connection is made, what has not come is on its way; later it is not reported', () => {
  const connecting = { link: { state: 'connecting', ageMs: 0, retryInMs: null } } as const
  const onItsWay = missing('not-yet-known', 'the connection is still being made')
  const waiting = lastFrame([sampleAt(0, {}, connecting)])
  expect([waiting.hostMemory, waiting.hostLoad]).toEqual([
    {
      totalBytes: onItsWay,
      availableBytes: onItsWay,
      freeBytes: onItsWay,
      swapTotalBytes: onItsWay,
      swapUsedBytes: onItsWay,
      pressure: { someAvg10Percent: onItsWay, fullAvg10Percent: onItsWay },
      oomKills: onItsWay,
    },
    { load1: onItsWay, uptimeSeconds: onItsWay },
  ])
  const live = lastFrame([sampleAt(0, {}, connecting), sampleAt(2, { meminfo: 'MemTotal: 1 kB\n' })])
  expect([live.hostMemory.totalBytes, live.hostMemory.availableBytes]).toEqual([
    known(kibibytes(1)),
    missing('not-reported'),
  ])
})

test('the twelve largest processes of the host are shown, with all that is known of them', () => {
  const list = Array.from({ length: 30 }, (_, i) => `${100 + i} 1 1000 900 ${1000 + i} small-${i}\n`).join('')
  const { hostProcesses } = lastFrame([
    sampleAt(0, {
      users: '1000:alice\n',
      processes: `${list}42 1 1000 900 900000 llama-server\n43 1 1001 901 800000 another\n`,
      'proc/42/stat': '42 (llama-server) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 900 0 256 0\n',
      'proc/42/cmdline': 'llama-server\0-m\0a.gguf\0',
      // the pid of the listed process, but an older process
      'proc/43/stat': '43 (gone) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 8 0 7 0 256 0\n',
    }),
  ])
  expect(hostProcesses.map(({ pid }) => pid)).toEqual([
    42,
    43,
    ...Array.from({ length: 10 }, (_, i) => 129 - i),
  ])
  expect(hostProcesses[0]?.command).toEqual(['llama-server', '-m', 'a.gguf'])
  expect(hostProcesses[1]).toEqual({
    pid: 43,
    parentPid: 1,
    startTicks: 901,
    comm: 'another',
    command: ['another'],
    user: known('1001'),
    residentBytes: known(kibibytes(800_000)),
    cpuPercent: missing('not-yet-known'),
    container: undefined,
  })
})

test('the twelve largest processes are looked at every ten seconds, for their commands and what they take of the CPU', () => {
  const list = Array.from({ length: 13 }, (_, i) => `${100 + i} 1 0 900 ${2000 - i} p\n`).join('')
  const [step] = steps([sampleAt(0, { processes: list })])
  expect(step?.wants).toEqual(
    Array.from({ length: 12 }, (_, i) => ({
      kind: 'process',
      pid: 100 + i,
      every: 10_000,
      maxBytes: kibibytes(64),
    })),
  )
})
