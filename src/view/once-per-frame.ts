import type { Frame } from '../model/frame.ts'

/** `make`, whose answer is kept for as long as the frame is: several panels of a picture ask for the same. */
export function oncePerFrame<T>(make: (frame: Frame) => T): (frame: Frame) => T {
  const made = new WeakMap<Frame, { readonly value: T }>()
  return (frame) => {
    const before = made.get(frame)
    if (before !== undefined) return before.value
    const value = make(frame)
    made.set(frame, { value })
    return value
  }
}
