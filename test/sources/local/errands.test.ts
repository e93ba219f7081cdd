import { describe, expect, test } from 'vitest'
import { errands } from '../../../src/sources/local/errands.ts'
import { fakeClock } from '../../support/fake-clock.ts'
import type { Part } from '../../../src/model/sample.ts'

describe('the errands of a tick', () => {
  test('are waited for until the last one is back', async () => {
    const { pending, order } = setUp()
    const first = order('a')
    const second = order('b')
    let settled = false
    const settling = pending.settle(1000).then(() => (settled = true))
    await first.bring('1')
    expect(settled).toBe(false)
    await second.bring('2')
    await settling
    expect(texts(pending.take(0))).toEqual({ a: '1', b: '2' })
  })

  test('are not waited for longer than allowed, and what comes late says how late', async () => {
    const { pending, order, clock } = setUp()
    const late = order('late')
    const settling = pending.settle(1000)
    await clock.advance(1000)
    await settling
    expect(texts(pending.take(0))).toEqual({})
    await clock.advance(500)
    await late.bring('at last')
    expect(pending.take(2000)).toEqual(new Map([['late', { kind: 'text', text: 'at last', ageMs: 500 }]]))
  })

  test('are waited for once: the one that came too late does not hold up the next tick', async () => {
    const { pending, order, clock } = setUp()
    order('late')
    const settling = pending.settle(1000)
    await clock.advance(1000)
    await settling
    pending.take(0)
    await order('quick').bring('here')
    await pending.settle(1000)
    expect(texts(pending.take(1000))).toEqual({ quick: 'here' })
  })

  test('never run twice at the same time under one name', async () => {
    const { pending, order, started } = setUp()
    const first = order('a')
    order('a')
    expect(started).toEqual(['a'])
    await first.bring('1')
    order('a')
    expect(started).toEqual(['a', 'a'])
    expect(texts(pending.take(0))).toEqual({ a: '1' })
  })

  test('are not waited for after an abort', async () => {
    const { pending, order, ending } = setUp()
    order('a')
    const settling = pending.settle(1000)
    ending.abort()
    await settling
    order('b')
    await pending.settle(1000)
    expect(texts(pending.take(0))).toEqual({})
  })
})

interface Order {
  /** Ends the errand with that text. */
  bring(text: string): Promise<void>
}

function setUp() {
  const clock = fakeClock()
  const ending = new AbortController()
  const pending = errands(clock, ending.signal)
  const started: string[] = []

  function order(name: string): Order {
    let resolve: (parts: ReadonlyMap<string, Part>) => void = () => undefined
    pending.run(name, () => {
      started.push(name)
      return new Promise((done) => (resolve = done))
    })
    return {
      async bring(text) {
        resolve(new Map([[name, { kind: 'text', text }]]))
        await clock.advance(0)
      },
    }
  }

  return { clock, ending, pending, started, order }
}

function texts(parts: ReadonlyMap<string, Part>): Record<string, string> {
  return Object.fromEntries(
    [...parts].map(([name, part]) => [name, part.kind === 'text' ? part.text : part.kind]),
  )
}
