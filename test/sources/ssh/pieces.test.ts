import { describe, expect, test } from 'vitest'
import { backOffMs } from '../../../src/sources/ssh/back-off.ts'
import { isWorthRetrying, stateByAge, stateByFault } from '../../../src/sources/ssh/link-state.ts'
import { nextTickMs } from '../../../src/sources/ssh/next-tick.ts'
import { nodeNews } from '../../../src/sources/ssh/node-news.ts'
import type { SshTrouble } from '../../../src/core/ssh-trouble.ts'
import type { Part } from '../../../src/model/sample.ts'
import type { Login } from '../../../src/sources/ssh/link.ts'

describe('the pause before the next try', () => {
  test('doubles up to a minute', () => {
    const pauses = [1, 2, 3, 4, 5, 6, 7, 8, 50].map((failures) => backOffMs(failures, 0.5))
    expect(pauses).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000, 60_000])
  })

  test('wavers by 30 % to both sides, so that nodes do not come back all at once', () => {
    expect([backOffMs(4, 0), backOffMs(4, 1)]).toEqual([5600, 10_400])
  })
})

describe('the state of a link', () => {
  test.each([
    [0, 2000, 'live'],
    [4000, 2000, 'live'],
    [4001, 2000, 'late'],
    [6001, 2000, 'stalled'],
    [1400, 500, 'live'],
    [1600, 500, 'late'],
    [3100, 500, 'stalled'],
  ])('after %i ms without an answer at %i ms is %s', (ageMs, intervalMs, state) => {
    expect(stateByAge(ageMs, intervalMs)).toBe(state)
  })

  test.each<[SshTrouble, string, boolean]>([
    ['permission-denied', 'auth', false],
    ['unknown-host-key', 'auth', false],
    ['changed-host-key', 'auth', false],
    ['configuration', 'refused', false],
    ['no-ssh', 'refused', false],
    ['no-commands', 'refused', true],
    ['connection-refused', 'refused', true],
    ['no-answer', 'down', true],
    ['no-route', 'down', true],
    ['name-unknown', 'down', true],
    ['silent-shell', 'down', true],
    ['lost', 'down', true],
    ['other', 'down', true],
  ])('after %s is %s, tried again: %s', (trouble, state, retried) => {
    const fault = { kind: 'ssh', host: 'node1', trouble, text: '' } as const
    expect([stateByFault(fault), isWorthRetrying(fault)]).toEqual([state, retried])
  })
})

describe('the next tick', () => {
  test.each([
    [0, 2000, 0, 2000],
    [2003, 2000, 0, 4000],
    [2003, 2000, 0.25, 4500],
    [3900, 2000, 0, 6000],
    [2900, 2000, 0, 4000],
    [9000, 2000, 0.5, 11_000],
  ])('after %i ms at %i ms and phase %d is at %i ms', (fromMs, intervalMs, phase, nextMs) => {
    expect(nextTickMs(fromMs, intervalMs, phase)).toBe(nextMs)
  })
})

describe('the news of a login', () => {
  test.each([
    [0, undefined],
    [20, undefined],
    [-3600, -3600],
    [90, 90],
  ])('tell of a clock that is %i s off: %s', (offSeconds, saidSeconds) => {
    const part = nodeNews('node1').login(loginAt(1_800_000_000_000, offSeconds)).get('ssh/clock')
    const aheadMs = saidSeconds === undefined ? undefined : saidSeconds * 1000 + 500
    expect(part).toEqual(
      aheadMs === undefined
        ? { kind: 'text', text: '' }
        : { kind: 'fault', fault: { kind: 'clock-skew', host: 'node1', aheadMs } },
    )
  })

  test('tell of a reboot for two minutes, and of a mere reconnection not', () => {
    const news = nodeNews('node1')
    const said = [
      news.observe(boot('a'), 0),
      news.observe(boot('a'), 1000),
      news.observe(boot('b'), 2000),
      news.observe(new Map(), 60_000),
      news.observe(new Map(), 122_000),
      news.observe(new Map(), 124_000),
    ].map((parts) => parts.get('ssh/boot'))
    expect(said).toEqual([
      undefined,
      undefined,
      { kind: 'fault', fault: { kind: 'rebooted', host: 'node1' } },
      undefined,
      { kind: 'text', text: '' },
      undefined,
    ])
  })
})

function boot(id: string): ReadonlyMap<string, Part> {
  return new Map([['boot-id', { kind: 'text', text: `${id}\n` }]])
}

function loginAt(atEpochMs: number, offSeconds: number): Login {
  const connection: Login['connection'] = {
    pid: undefined,
    hello: Promise.resolve(undefined),
    ask: () => Promise.resolve(undefined),
    lastAnswerAtMs: () => 0,
    isWaiting: () => false,
    ended: new Promise(() => undefined),
    end: () => Promise.resolve(),
  }
  return { connection, facts: new Map([['epoch', `${atEpochMs / 1000 + offSeconds}`]]), atEpochMs }
}
