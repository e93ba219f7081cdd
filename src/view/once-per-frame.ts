import type { Frame } from '../model/frame.ts'
import type { Scene } from './panel.ts'

/** `make`, whose answer is kept for as long as the frame is: several panels of a picture ask for the same. */
export function oncePerFrame<T>(make: (frame: Frame) => T): (frame: Frame) => T {
  return oncePer(make)
}

/** The same for what depends on the user's choices and on what was seen before as well. */
export function oncePerScene<T>(make: (scene: Scene) => T): (scene: Scene) => T {
  return oncePer(make)
}

function oncePer<K extends object, T>(make: (key: K) => T): (key: K) => T {
  const made = new WeakMap<K, { readonly value: T }>()
  return (key) => {
    const before = made.get(key)
    if (before !== undefined) return before.value
    const value = make(key)
    made.set(key, { value })
    return value
  }
}
