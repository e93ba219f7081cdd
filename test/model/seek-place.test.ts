import { describe, expect, test } from 'vitest'
import { readDestination, type Destination } from '../../src/model/seek-place.ts'
import type { SeekPlace } from '../../src/model/session.ts'

const CET = 60

function place(value: SeekPlace): Destination {
  return { kind: 'place', place: value }
}

describe('where someone wants to go', () => {
  test.each<[string, Destination]>([
    ['45%', place({ kind: 'ratio', ratio: 0.45 })],
    ['12.5 %', place({ kind: 'ratio', ratio: 0.125 })],
    ['10m', place({ kind: 'offset', ms: 600_000 })],
    ['1h30m', place({ kind: 'offset', ms: 5_400_000 })],
    ['2d', place({ kind: 'offset', ms: 172_800_000 })],
    ['1.5h', place({ kind: 'offset', ms: 5_400_000 })],
    ['500ms', place({ kind: 'offset', ms: 500 })],
    ['+5m', { kind: 'by', ms: 300_000 }],
    ['-30s', { kind: 'by', ms: -30_000 }],
    ['−1h', { kind: 'by', ms: -3_600_000 }],
    ['2:10', place({ kind: 'time-of-day', secondsOfDay: 7800, timeZoneOffsetMinutes: CET })],
    ['02:10:30', place({ kind: 'time-of-day', secondsOfDay: 7830, timeZoneOffsetMinutes: CET })],
    ['2026-11-21T02:10', place({ kind: 'epoch', epochMs: Date.UTC(2026, 10, 21, 1, 10) })],
    ['2026-11-21 02:10:30.5', place({ kind: 'epoch', epochMs: Date.UTC(2026, 10, 21, 1, 10, 30, 500) })],
    ['2026-11-21T02:10Z', place({ kind: 'epoch', epochMs: Date.UTC(2026, 10, 21, 2, 10) })],
    ['2026-11-21T02:10-05:00', place({ kind: 'epoch', epochMs: Date.UTC(2026, 10, 21, 7, 10) })],
    [' Start ', place({ kind: 'start' })],
    ['end', place({ kind: 'end' })],
  ])('is read from %s', (text, destination) => {
    expect(readDestination(text, CET)).toEqual(destination)
  })

  test.each([
    '',
    '+',
    '-',
    '24:00',
    '2:60',
    '101%',
    '5x',
    '2026-13-01T00:00',
    '2026-11-21',
    'noon',
    '+45%',
    '1:2:3:4',
  ])('is not read from %s', (text) => {
    expect(readDestination(text, CET)).toBeUndefined()
  })
})
