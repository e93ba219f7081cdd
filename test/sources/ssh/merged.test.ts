import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { merged } from '../../../src/sources/ssh/merged.ts'

test('the items of several sequences come as they are ready, and end with the last', async () => {
  const slow = numbered('slow', 2, 30)
  const fast = numbered('fast', 4, 5)
  const items: string[] = []
  for await (const item of merged([slow, fast], () => undefined)) items.push(item)
  expect(items.toSorted()).toEqual(['fast 0', 'fast 1', 'fast 2', 'fast 3', 'slow 0', 'slow 1'])
  expect(items.indexOf('fast 2')).toBeLessThan(items.indexOf('slow 1'))
})

test('a sequence that nobody reads goes no further than its next item', async () => {
  let made = 0
  const items = merged([counting(() => (made += 1))], () => undefined)
  await items.next()
  await sleep(20)
  expect(made).toBeLessThanOrEqual(2)
  await items.return()
})

test('whoever stops reading ends all of them, wherever they stand', async () => {
  const over = new AbortController()
  const ended: string[] = []
  const all = ['a', 'b', 'c'].map((name) => waiting(name, over.signal, ended))
  for await (const item of merged(all, () => {
    over.abort()
  }))
    if (item === 'b') break
  expect(ended.toSorted()).toEqual(['a', 'b', 'c'])
})

test('a failure of one is a failure of the whole', async () => {
  const broken = (async function* () {
    yield 'one'
    await Promise.reject(new Error('a bug'))
  })()
  const read = async (): Promise<void> => {
    for await (const item of merged([broken], () => undefined)) expect(item).toBe('one')
  }
  await expect(read()).rejects.toThrow('a bug')
})

async function* numbered(name: string, count: number, ms: number): AsyncGenerator<string, void, undefined> {
  for (let at = 0; at < count; at++) {
    await sleep(ms)
    yield `${name} ${at}`
  }
}

async function* counting(onMade: () => void): AsyncGenerator<number, void, undefined> {
  for (let at = 0; ; at++) {
    onMade()
    await sleep(0)
    yield at
  }
}

async function* waiting(
  name: string,
  signal: AbortSignal,
  ended: string[],
): AsyncGenerator<string, void, undefined> {
  try {
    yield name
    await sleep(60_000, undefined, { signal }).catch(() => undefined)
  } finally {
    ended.push(name)
  }
}
