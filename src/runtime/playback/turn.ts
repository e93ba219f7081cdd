/** Lets everything else that is due go first: keys, pictures, timers. */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}
