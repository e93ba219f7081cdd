import { PassThrough } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

/** What llmtop needs of a terminal's input: `process.stdin`, or a stream in tests. */
export interface KeyInput extends NodeJS.ReadableStream {
  readonly isRaw?: boolean
  setRawMode?(raw: boolean): unknown
}

/** The keys as a stream of their own, and the way to give the terminal's input back as it was. */
export interface Keys {
  readonly stream: PassThrough
  release(): void
}

// A key's escape sequence comes in one piece from a terminal, but over a network it may be torn.
const TORN = /\u001b(?:O|\[[\d;]*)?$/
const TORN_WAIT_MS = 25

/**
 * Takes the input in raw mode and hands it to blessed through a stream of its own: blessed leaves listeners behind on
 * whatever it reads from, and takes a torn arrow key for Escape and two letters.
 */
export function takeKeys(input: KeyInput): Keys {
  const stream = new PassThrough()
  const decoder = new StringDecoder('utf8')
  const wasRaw = input.isRaw === true
  let held = ''
  let timer: NodeJS.Timeout | undefined

  const flush = () => {
    stream.write(held)
    held = ''
  }
  const onData = (data: Buffer | string) => {
    clearTimeout(timer)
    const text = held + (typeof data === 'string' ? data : decoder.write(data))
    const torn = TORN.exec(text)?.index ?? text.length
    held = text.slice(torn)
    if (torn > 0) stream.write(text.slice(0, torn))
    if (held !== '') timer = setTimeout(flush, TORN_WAIT_MS)
  }

  input.setRawMode?.(true)
  input.on('data', onData)
  input.resume()
  return {
    stream,
    release() {
      clearTimeout(timer)
      input.removeListener('data', onData)
      input.setRawMode?.(wasRaw)
      input.pause()
      stream.destroy()
    },
  }
}
