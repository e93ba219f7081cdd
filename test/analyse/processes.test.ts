import { describe, expect, test } from 'vitest'
import {
  familyOf,
  followProcesses,
  type ProcessBook,
  type ProcessRecord,
} from '../../src/analyse/processes.ts'
import { known, missing } from '../../src/core/reading.ts'
import { mebibytes } from '../../src/core/units.ts'
import { sampleAt, type Parts } from '../support/fold.ts'

const USERS = new Map([[1000, 'alice']])

interface Stat {
  readonly pid?: number
  readonly parent?: number
  readonly ticks?: number
  readonly start?: number
  readonly pages?: number
}

/** /proc/PID/stat as proc(5) lays it out. */
function stat({ pid = 42, parent = 1, ticks = 0, start = 900, pages = 256 }: Stat): string {
  return `${pid} (python3) S ${parent} 1 1 0 -1 4194560 0 0 0 0 ${ticks} 0 0 0 20 0 8 0 ${start} 0 ${pages} 0\n`
}

function follow(...samples: readonly (readonly [seconds: number, parts: Parts])[]): ProcessBook {
  return samples.reduce<ProcessBook>(
    (book, [seconds, parts]) => followProcesses(book, sampleAt(seconds, parts), USERS, 30_000),
    new Map(),
  )
}

function record(
  ...samples: readonly (readonly [seconds: number, parts: Parts])[]
): ProcessRecord | undefined {
  return follow(...samples).get(42)
}

describe('a process', () => {
  test('is known by its four files, each of which may come later than the others', () => {
    const details = {
      'proc/42/status': 'Uid:\t1000\t1000\t1000\t1000\nVmRSS:\t  20480 kB\n',
      'proc/42/cmdline': 'python3\0-m\0vllm\0',
      'proc/42/cgroup': `0::/system.slice/docker-${'0123456789abcdef'.repeat(4)}.scope\n`,
    }
    const bare = record([0, { 'proc/42/stat': stat({}) }])
    expect(bare?.process).toEqual({
      pid: 42,
      parentPid: 1,
      startTicks: 900,
      comm: 'python3',
      command: ['python3'],
      user: missing('not-yet-known'),
      residentBytes: missing('not-yet-known'),
      cpuPercent: missing('not-yet-known'),
      container: undefined,
    })
    expect(record([0, { 'proc/42/stat': stat({}) }], [2, details])?.process).toEqual({
      ...bare?.process,
      command: ['python3', '-m', 'vllm'],
      user: known('alice'),
      residentBytes: known(mebibytes(20)),
      container: { id: '0123456789ab', name: undefined },
    })
  })

  test('is as large as stat says in pages, once status has told how large a page is', () => {
    const status = { 'proc/42/status': 'Uid:\t0\t0\t0\t0\nVmRSS:\t  16390 kB\n' }
    const first = { 'proc/42/stat': stat({ pages: 256 }), ...status }
    const later = { 'proc/42/stat': stat({ pages: 512 }) }
    expect(record([0, first])?.process.residentBytes).toEqual(known(16_390 * 1024))
    expect(record([0, first], [2, later])?.process.residentBytes).toEqual(known(512 * 65_536))
    expect(record([0, later])?.process.residentBytes).toEqual(missing('not-yet-known'))
    expect(record([0, later], [2, status], [4, later])?.process.residentBytes).toEqual(known(16_390 * 1024))
  })

  test('takes its share of one core since the sample before: two and a half cores are 250 %', () => {
    const busy = record([0, { 'proc/42/stat': stat({}) }], [2, { 'proc/42/stat': stat({ ticks: 500 }) }])
    expect(busy?.process.cpuPercent).toEqual(known(250, 'derived'))
  })

  test('with the pid of another is a new process: no share of the other’s time, none of its command', () => {
    const reused = record(
      [0, { 'proc/42/stat': stat({ ticks: 9000 }), 'proc/42/cmdline': 'vllm\0serve\0' }],
      [2, { 'proc/42/stat': stat({ ticks: 9100 }) }],
      [4, { 'proc/42/stat': stat({ ticks: 9200, start: 901 }) }],
    )
    expect(reused?.process).toMatchObject({
      startTicks: 901,
      command: ['python3'],
      cpuPercent: missing('not-yet-known'),
    })
  })

  test('without a name is called by its uid, and without arguments by what the kernel calls it', () => {
    const parts = {
      'proc/42/stat': stat({}),
      'proc/42/status': 'Uid:\t7\t7\t7\t7\n',
      'proc/42/cmdline': '',
    }
    expect(record([0, parts])?.process).toMatchObject({ user: known('7'), command: ['python3'] })
  })

  test('is remembered while it may still be there, and then forgotten', () => {
    const seen = [0, { 'proc/42/stat': stat({}) }] as const
    expect(record(seen, [30, {}])?.renewedAtMs).toBe(0)
    expect(record(seen, [31, {}])).toBeUndefined()
    // after a suspend of an hour it is still the same process, with all that is known of it
    const named = [0, { 'proc/42/stat': stat({}), 'proc/42/cmdline': 'vllm\0serve\0' }] as const
    expect(record(named, [3600, { 'proc/42/stat': stat({}) }])?.process.command).toEqual(['vllm', 'serve'])
  })

  test('is nothing that only a torn stat or a stray part names', () => {
    expect(
      follow([0, { 'proc/42/stat': '42 (python3', 'proc/43/cmdline': 'a\0', 'proc/x/stat': stat({}) }]),
    ).toEqual(new Map())
  })
})

describe('a family', () => {
  const parts = {
    'proc/42/stat': stat({ parent: 41 }),
    'proc/41/stat': stat({ pid: 41, parent: 40 }),
    'proc/40/stat': stat({ pid: 40, parent: 42 }),
    'proc/39/stat': stat({ pid: 39, parent: 38 }),
  }

  test('is the process and its ancestors, nearest first, as far as they are known', () => {
    expect(familyOf(follow([0, parts]), 39).map(({ pid }) => pid)).toEqual([39])
    expect(familyOf(follow([0, parts]), 7)).toEqual([])
  })

  test('ends where a parent is its own descendant', () => {
    expect(familyOf(follow([0, parts]), 42).map(({ pid }) => pid)).toEqual([42, 41, 40])
  })
})
