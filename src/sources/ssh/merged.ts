/**
 * The items of several sequences as they come, each sequence at its own pace. A sequence goes on when its item was taken.
 * Ends when all have ended, or when whoever reads stops.
 * @param stop makes all of them end, wherever they stand
 */
export async function* merged<T>(
  sources: readonly AsyncGenerator<T, void, undefined>[],
  stop: () => void,
): AsyncGenerator<T, void, undefined> {
  const ready: { readonly value: T; readonly taken: () => void }[] = []
  let running = sources.length
  let failure: { readonly error: unknown } | undefined
  let isOver = false
  let wake: () => void = () => undefined

  async function pump(source: AsyncGenerator<T, void, undefined>): Promise<void> {
    try {
      for await (const value of source) {
        if (isOver) break
        await new Promise<void>((taken) => {
          ready.push({ value, taken })
          wake()
        })
      }
    } catch (error) {
      failure = { error }
    } finally {
      running -= 1
      wake()
    }
  }

  const pumps = sources.map(pump)
  function* readyItems(): Generator<T, void, undefined> {
    for (let next = ready.shift(); next !== undefined; next = ready.shift()) {
      try {
        yield next.value
      } finally {
        next.taken()
      }
    }
  }

  try {
    for (;;) {
      yield* readyItems()
      // something may have come while the last item was being handed over
      if (ready.length > 0) continue
      if (failure !== undefined) throw failure.error
      if (running === 0) return
      await new Promise<void>((resolve) => (wake = resolve))
    }
  } finally {
    isOver = true
    stop()
    for (const { taken } of ready) taken()
    await Promise.all([...sources.map((source) => source.return()), ...pumps])
  }
}
