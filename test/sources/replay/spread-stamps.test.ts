import { describe, expect, test } from 'vitest'
import { spreadStamps, type StatedTimes } from '../../../src/sources/replay/spread-stamps.ts'

/** Places documents by their stamps in seconds: at which second each stands, and what the interval is taken to be. */
async function place(...stamps: readonly (number | undefined)[]): Promise<readonly (readonly number[])[]> {
  return placeWith({}, stamps)
}

async function placeWith(
  stated: StatedTimes,
  stamps: readonly (number | undefined)[],
): Promise<readonly (readonly number[])[]> {
  const placed: (readonly number[])[] = []
  for await (const { atMs, intervalMs } of spreadStamps(documents(stamps), undefined, stated))
    placed.push([atMs / 1000, Math.round(intervalMs) / 1000])
  return placed
}

async function* documents(
  stamps: readonly (number | undefined)[],
): AsyncIterable<{ readonly stampMs: number | undefined }> {
  for (const stamp of stamps)
    yield await Promise.resolve({ stampMs: stamp === undefined ? undefined : stamp * 1000 })
}

describe('documents with stamps of a second’s grain', () => {
  test('stand where their stamps say, at the pace of the shortest spacing, so that a hole is seen as one', async () => {
    expect(await place(100, 102, 104, 130, 132)).toEqual([
      [100, 2],
      [102, 2],
      [104, 2],
      [130, 2],
      [132, 2],
    ])
  })

  test('that share a stamp are spread evenly over its second', async () => {
    expect(await place(100, 100, 100, 100, 101, 101, 101, 101)).toEqual([
      [100, 0.25],
      [100.25, 0.25],
      [100.5, 0.25],
      [100.75, 0.25],
      [101, 0.25],
      [101.25, 0.25],
      [101.5, 0.25],
      [101.75, 0.25],
    ])
    // a first second of which the log holds only the end
    expect(await place(100, 101, 101, 102)).toEqual([
      [100, 1],
      [101, 0.5],
      [101.5, 0.5],
      [102, 0.5],
    ])
  })

  test('that share the last stamp stay within its second, however long the pause before it', async () => {
    expect(await place(100, 110, 110)).toEqual([
      [100, 10],
      [110, 10],
      [110.5, 10],
    ])
  })

  test('or without any stamp stand a second apart', async () => {
    expect(await place(undefined, undefined, undefined)).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ])
    expect(await place(100, undefined, 104)).toEqual([
      [100, 1],
      [101, 1],
      [104, 1],
    ])
    expect(await place()).toEqual([])
  })

  test('or without any stand as the user states, who is not asked where there are stamps', async () => {
    const stated: StatedTimes = { startEpochMs: 5000, intervalMs: 250 }
    expect(await placeWith(stated, [undefined, undefined])).toEqual([
      [5, 0.25],
      [5.25, 0.25],
    ])
    expect(await placeWith(stated, [100, 110, 120])).toEqual(await place(100, 110, 120))
  })

  test('that go back begin a new segment, once', async () => {
    const segments: boolean[] = []
    for await (const { newSegment } of spreadStamps(documents([100, 102, 50, 50, 52]), undefined, {}))
      segments.push(newSegment)
    expect(segments).toEqual([false, false, true, false, false])
  })
})
