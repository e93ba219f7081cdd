import { spawn } from 'node:child_process'
import type { Frame } from '../model/frame.ts'
import type { RiskEvent } from '../model/incident.ts'
import { NOTHING_TOLD, tellOnce } from '../view/told-once.ts'
import { riskJson } from './frame-json.ts'
import type { Json } from './tree-json.ts'
import type { Output } from './output.ts'

export interface NotifyOptions {
  /** Program and arguments: no shell has a say. */
  readonly command: readonly [string, ...string[]]
  /** Said once: the command could not be run. */
  readonly onTrouble: (sentence: string) => void
}

// what cannot be told in time is dropped and counted: a mailer that hangs must not hold a thousand processes
const MOST_WAITING = 20
const LONGEST_RUN_MS = 30_000

/**
 * Runs a command for each warning that is raised, taken back or comes true, with the event as a line of JSON on its
 * standard input (docs/json.md). One at a time, in their order; ranks of one instance on several hosts are told once.
 * Nothing waits for it, not even the end of the run for longer than the command that is running.
 */
export function notifyOutput({ command, onTrouble }: NotifyOptions): Output {
  const waiting: string[] = []
  let dropped = 0
  let running: Promise<void> | undefined
  let troubled = false
  let told = NOTHING_TOLD

  async function work(): Promise<void> {
    for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
      const trouble = await runOnce(command, line)
      if (trouble !== undefined && !troubled) {
        troubled = true
        onTrouble(`the command of --on-warning, '${command[0]}', ${trouble}`)
      }
    }
    running = undefined
  }

  return {
    label: 'notify',
    accept(frame, { isPast }) {
      if (isPast === true) return
      const once = tellOnce(told, frame)
      told = once.told
      for (const event of once.news) {
        if (waiting.length >= MOST_WAITING) {
          waiting.shift()
          dropped += 1
        }
        waiting.push(`${JSON.stringify(eventJson(frame, event, dropped))}\n`)
      }
      if (waiting.length > 0) running ??= work()
    },
    async close() {
      await running
    },
  }
}

/** `llmtop.event/1`. */
function eventJson(frame: Frame, { kind, risk }: RiskEvent, droppedBefore: number): Json {
  return {
    schema: 'llmtop.event/1',
    kind,
    host: frame.host,
    at: new Date(frame.takenAtEpochMs).toISOString(),
    droppedBefore,
    risk: riskJson(risk),
  }
}

/** What went wrong, if anything did: it completes «the command …». */
function runOnce([program, ...args]: NotifyOptions['command'], input: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: LONGEST_RUN_MS })
    child.once('error', (error) => {
      resolve(`can't be run: ${error.message}`)
    })
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(undefined)
      else
        resolve(
          signal === null
            ? `ended with ${code ?? 'an error'}`
            : `took longer than ${LONGEST_RUN_MS / 1000} s`,
        )
    })
    // it may end without reading
    child.stdin.once('error', () => undefined)
    child.stdin.end(input)
  })
}
