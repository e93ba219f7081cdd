import { expect, test } from 'vitest'
import { liveState } from '../../src/model/session.ts'
import { commandNotice } from '../../src/view/command-notice.ts'

const LIVE = liveState(2000)
const BACK = { ...liveState(2000), behindMs: 10_000 }
const SLOWER = { kind: 'interval', intervalMs: 5000 } as const

test('another interval is told where the header does not', () => {
  const said = [
    commandNotice(SLOWER, undefined, LIVE, false),
    commandNotice(SLOWER, undefined, LIVE, true),
    commandNotice(SLOWER, undefined, BACK, false),
  ]
  expect(said).toEqual([undefined, 'a sample every 5.0 s from now on', 'a sample every 5.0 s from now on'])
})

test('a key that moves nothing says why', () => {
  const said = [
    { kind: 'beginning' },
    { kind: 'no-past' },
    { kind: 'no-warning', direction: 1 },
    { kind: 'no-warning', direction: -1 },
    { kind: 'no-such-time' },
  ] as const
  expect(
    said.map((unmoved) => commandNotice({ kind: 'seek-by', ms: -10_000 }, unmoved, BACK, false)),
  ).toEqual([
    'this is the beginning: nothing older is kept',
    'of so many hosts no past is kept',
    'no warning after this',
    'no warning before this',
    'nothing of that time is kept',
  ])
})
