import { PassThrough } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'
import type { MouseEvent } from '../../view/mouse.ts'

/** What llmtop needs of a terminal's input: `process.stdin`, or a stream in tests. */
export interface KeyInput extends NodeJS.ReadableStream {
  readonly isRaw?: boolean
  setRawMode?(raw: boolean): unknown
}

/** The keys as a stream of their own, and the way to give the terminal's input back as it was. */
export interface Keys {
  readonly stream: PassThrough
  /** Gives the input back for a while, and takes it again. */
  pause(): void
  resume(): void
  release(): void
}

// A key's escape sequence comes in one piece from a terminal, but over a network it may be torn.
const TORN = /\u001b(?:O|\[<?[\d;]*)?$/
const TORN_WAIT_MS = 25

/**
 * Takes the input in raw mode and hands it to blessed through a stream of its own: blessed leaves listeners behind on
 * whatever it reads from, and takes a torn arrow key for Escape and two letters.
 */
export function takeKeys(input: KeyInput, onMouse: (event: MouseEvent) => void): Keys {
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
    const keys = withoutMouse(text.slice(0, torn), onMouse)
    if (keys !== '') stream.write(keys)
    if (held !== '') timer = setTimeout(flush, TORN_WAIT_MS)
  }

  const resume = () => {
    input.setRawMode?.(true)
    input.on('data', onData)
    input.resume()
  }
  const pause = () => {
    clearTimeout(timer)
    input.removeListener('data', onData)
    input.setRawMode?.(wasRaw)
    input.pause()
  }
  resume()
  return {
    stream,
    pause,
    resume,
    release() {
      pause()
      stream.destroy()
    },
  }
}

// Their SGR form.
const MOUSE = /\u001b\[<(\d+);(\d+);(\d+)([Mm])/g

// blessed's own reading of the mouse asks for every movement of the pointer.
function withoutMouse(text: string, onMouse: (event: MouseEvent) => void): string {
  return text.replace(MOUSE, (_, button: string, x: string, y: string, end: string) => {
    const kind = end === 'M' ? kindOf(Number(button)) : undefined
    if (kind !== undefined) onMouse({ kind, x: Number(x) - 1, y: Number(y) - 1 })
    return ''
  })
}

function kindOf(button: number): MouseEvent['kind'] | undefined {
  switch (button) {
    case 0:
      return 'click'
    case 64:
      return 'wheel-up'
    case 65:
      return 'wheel-down'
    default:
      return undefined
  }
}
