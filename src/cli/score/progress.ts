import { setImmediate } from 'node:timers/promises'

export interface Progress {
  /** How far the present file has come, 0–1. Lets signals through now and then. */
  readonly show: (label: string, share: number) => Promise<void>
  readonly clear: () => void
}

const EVERY_MS = 100
const MOST_NAME = 48

/** A line on a terminal that says which file is being replayed; nothing where stderr is none. */
export function startProgress(stderr: NodeJS.WritableStream, files: number): Progress {
  const isTerminal = 'isTTY' in stderr && stderr.isTTY === true
  const seen = new Set<string>()
  let shownAtMs = 0
  return {
    show: async (label, share) => {
      seen.add(label)
      const nowMs = performance.now()
      if (nowMs - shownAtMs < EVERY_MS) return
      shownAtMs = nowMs
      const name = label.length > MOST_NAME ? `…${label.slice(1 - MOST_NAME)}` : label
      const line = `scoring ${seen.size} of ${files}  ${Math.floor(share * 100)} %  ${name}`
      if (isTerminal) stderr.write(`\r${CLEAR_LINE}${line}`)
      await setImmediate()
    },
    clear: () => {
      if (isTerminal && seen.size > 0) stderr.write(`\r${CLEAR_LINE}`)
    },
  }
}

// ECMA-48: erase to the end of the line
const CLEAR_LINE = '\u001b[K'
