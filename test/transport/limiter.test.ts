import { expect, test } from 'vitest'
import { limiter } from '../../src/transport/limiter.ts'

test('never more than so many jobs run at once, all of them run, and a failed one gives its place back', async () => {
  const limited = limiter(2)
  const releases: (() => void)[] = []
  const running: number[] = []
  let now = 0
  const jobs = Array.from({ length: 6 }, (_, i) =>
    limited(async () => {
      running.push(++now)
      await new Promise<void>((resolve) => releases.push(resolve))
      now -= 1
      if (i % 2 === 0) throw new Error(`${i}`)
      return i
    }),
  )
  const results = Promise.allSettled(jobs)
  for (let i = 0; i < 6; i++) {
    await new Promise((resolve) => setImmediate(resolve))
    expect(releases.length).toBe(Math.min(6, i + 2))
    releases[i]?.()
  }
  expect((await results).map(({ status }) => status)).toEqual([
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  expect(Math.max(...running)).toBe(2)
})
