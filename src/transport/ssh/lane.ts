import { readStream, startStream } from '../../parse/collector-stream.ts'
import type { CollectorEvent } from '../../parse/collector-stream.ts'

/** The parts of an answer by their names, one character a byte, each with the exit code of what read it. */
export type Answer = ReadonlyMap<string, { readonly body: string; readonly code: number }>

export interface LaneListeners {
  readonly onHello: (facts: ReadonlyMap<string, string>) => void
  readonly onAnswer: (id: string, answer: Answer) => void
  readonly onNoise: (text: string) => void
  /** Something without an end came: not worth reading on. */
  readonly onFlood: () => void
}

/** More than this without the end of a part is no answer. */
const MAX_PART_CHARACTERS = 32 * 1024 * 1024

/** One of the two ways on which answers come; each is in order by itself. */
export interface Lane {
  readonly read: (piece: string) => void
  /** What came last and is no event: the last words of whoever has ended. */
  readonly rest: () => string
}

export function lane(secret: string, listeners: LaneListeners): Lane {
  let stream = startStream(secret)
  let parts = new Map<string, { readonly body: string; readonly code: number }>()

  function take(event: CollectorEvent): void {
    switch (event.kind) {
      case 'hello':
        listeners.onHello(event.facts)
        return
      case 'noise':
        listeners.onNoise(event.text)
        return
      case 'part':
        parts.set(event.name, { body: event.body, code: event.code })
        return
      case 'done':
        listeners.onAnswer(event.id, parts)
        parts = new Map()
    }
  }

  return {
    read: (piece) => {
      const step = readStream(stream, piece)
      stream = step.stream
      for (const event of step.events) take(event)
      if (stream.bodyLength > MAX_PART_CHARACTERS) listeners.onFlood()
    },
    rest: () => (stream.part === undefined ? stream.tail : ''),
  }
}
