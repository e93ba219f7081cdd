/** Resolves as soon as `isSo` is true; rejects with `what` after twenty seconds of the real clock. */
export async function eventually(isSo: () => boolean, what: string): Promise<void> {
  const untilMs = performance.now() + 20_000
  while (!isSo()) {
    if (performance.now() > untilMs) throw new Error(`it never came to be that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
