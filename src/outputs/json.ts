import type { Writable } from 'node:stream'
import { frameText } from './frame-json.ts'
import type { Output } from './output.ts'
import { writeTo } from './write.ts'

/** NDJSON: one frame a line, for other programs. */
export function jsonOutput(stream: Writable): Output {
  return {
    label: 'json',
    accept: (frame, { isPast }) => (isPast === true ? undefined : writeTo(stream, `${frameText(frame)}\n`)),
    close: () => undefined,
  }
}
