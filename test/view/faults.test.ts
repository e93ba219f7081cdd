import { expect, test } from 'vitest'
import type { Fault } from '../../src/core/fault.ts'
import { faultLines } from '../../src/view/panels/faults.ts'

const HIDDEN: Fault = { kind: 'pid-namespace', gpus: 16 }

function drawn(ageMs: number, columns: number): readonly string[] {
  return faultLines([{ fault: HIDDEN, ageMs }], { columns, rows: 2 }).map((line) =>
    line.map(({ text }) => text).join(''),
  )
}

test('what to do about hidden processes stands whole on the smallest screen', () => {
  expect(drawn(90_000, 60)).toEqual([
    ' ! the processes of 16 GPUs are in another PID     for 90 s ',
    "   namespace; start the container with '--pid=host'",
  ])
})

test('a fault that is seen for the first time is there just now', () => {
  expect(drawn(0, 60)[0]).toBe(' ! the processes of 16 GPUs are in another PID     just now ')
})

test('each of two faults says what to do where there are rows for it', () => {
  const faults = [HIDDEN, { kind: 'command-not-found', command: 'nvidia-smi' } as const]
  const lines = faultLines(
    faults.map((fault) => ({ fault, ageMs: 90_000 })),
    { columns: 60, rows: 4 },
  )
  expect(
    lines.map((line) =>
      line
        .map(({ text }) => text)
        .join('')
        .trimEnd(),
    ),
  ).toEqual([
    ' ! the processes of 16 GPUs are in another PID     for 90 s',
    "   namespace; start the container with '--pid=host'",
    " ! 'nvidia-smi' is not on the PATH; is the         for 90 s",
    '   NVIDIA driver installed on this machine?',
  ])
})

test.each([60, 80, 120])('at %i columns a sentence does not move as it grows older', (columns) => {
  const sentences = [500, 9900, 60_000, 119_000, 7_000_000, 86_400_000].map((ageMs) =>
    drawn(ageMs, columns).map((line) => line.replace(/(?:for [\d.]+ \w+|just now) $/, '').trimEnd()),
  )
  expect(new Set(sentences.map((lines) => lines.join('\n'))).size).toBe(1)
})
