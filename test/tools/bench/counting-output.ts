import { Writable } from 'node:stream'
import type { Size } from '../../../src/view/panel.ts'

/** A terminal that counts what is written to it. */
export type CountingOutput = Writable & {
  readonly columns: number
  readonly rows: number
  readonly isTTY: boolean
  /** Bytes until now. */
  written(): number
  /** Resolves when something is written from now on. */
  nextWrite(): Promise<void>
}

export function countingOutput({ columns, rows }: Size): CountingOutput {
  let written = 0
  let awaited: (() => void) | undefined
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      written += chunk.length
      awaited?.()
      awaited = undefined
      done()
    },
  })
  const nextWrite = () =>
    new Promise<void>((resolve) => {
      awaited = resolve
    })
  return Object.assign(stream, { columns, rows, isTTY: true, written: () => written, nextWrite })
}
