import { seconds } from '../../core/units.ts'
import { reduceNvidiaSmi, nvidiaSmiPids } from '../../parse/nvidia-smi-reduce.ts'
import { splitChunk, startSplitting } from '../../parse/nvidia-smi-stream.ts'
import { textIn } from '../../transport/ssh/answer-text.ts'
import { judgeRun } from '../local/smi-policy.ts'
import type { Clock } from '../../core/clock.ts'
import type { Part } from '../../model/sample.ts'
import type { Connection } from '../../transport/ssh/connection.ts'
import type { RunEnd } from '../local/nvidia-smi-run.ts'

/** nvidia-smi of a node, one run per tick, never two at once. */
export interface NodeSmi {
  /** False while a run is under way, and while one that failed is not to be repeated yet. */
  isDue(elapsedMs: number): boolean
  /** One run: its document or what went wrong; nothing where the connection ended before. */
  fetch(): Promise<ReadonlyMap<string, Part>>
  /** The pids in its latest document. */
  pids(): readonly number[]
}

const COMMAND = 'nvidia-smi'
/** Enough for cards that are awake; whoever needs longer gets it the next time. */
const SHORT_LIMIT_S = 8
const LONG_LIMIT_S = 30
/** After its limit, a run that answers nothing can't be killed. */
const GRACE_MS = seconds(2)
/** What \`timeout\` and shells say of a command that was killed. */
const KILLED = new Set(['124', '137'])

/** @param connection the one that it lives as long as */
export function nodeSmi(connection: Connection, clock: Clock): NodeSmi {
  let isUnderWay = false
  let limitS = SHORT_LIMIT_S
  let failures = 0
  let nextAtMs = -Infinity
  let pids: readonly number[] = []

  async function run(): Promise<RunEnd | { readonly kind: 'document'; readonly text: string } | undefined> {
    const over = new AbortController()
    const silent: RunEnd = { kind: 'silent', afterMs: seconds(limitS), text: '' }
    isUnderWay = true
    const asked = connection.ask({ name: 'smi', words: `${limitS}` }).then((answer) => {
      isUnderWay = false
      over.abort()
      return answer === undefined ? undefined : endOf(textIn(answer, COMMAND) ?? '', limitS)
    })
    const patience = clock.sleep(seconds(limitS) + GRACE_MS, over.signal).then(() => {
      if (over.signal.aborted) return asked
      // where nothing else is answered either it is the link that hangs, which its state says
      return connection.isWaiting() ? undefined : silent
    })
    return Promise.race([asked, patience])
  }

  return {
    isDue: (elapsedMs) => !isUnderWay && elapsedMs >= nextAtMs,
    async fetch() {
      const beganMs = clock.elapsedMs()
      const end = await run()
      if (end === undefined) return new Map()
      if (end.kind === 'document') {
        failures = 0
        const text = reduceNvidiaSmi(end.text)
        pids = nvidiaSmiPids(text)
        return new Map([[COMMAND, { kind: 'text', text, tookMs: Math.round(clock.elapsedMs() - beganMs) }]])
      }
      limitS = end.kind === 'silent' ? LONG_LIMIT_S : limitS
      const verdict = judgeRun(end, COMMAND, 'single', failures)
      failures += 1
      if (verdict.kind !== 'retry') return new Map()
      nextAtMs = clock.elapsedMs() + verdict.afterMs
      return new Map([[COMMAND, verdict.trouble]])
    },
    pids: () => pids,
  }
}

/** How a run ended, by all that it printed and the exit code after it; without that the output was cut. */
function endOf(
  output: string,
  limitS: number,
): RunEnd | { readonly kind: 'document'; readonly text: string } {
  const exit = /\nrc (none|\d{1,3})\n*$/.exec(output)
  const text = exit === null ? output : output.slice(0, exit.index)
  const { documents, strays, state } = splitChunk(startSplitting(), `${text}\n`)
  const document = documents.at(-1)
  if (document !== undefined) return { kind: 'document', text: document }
  const rest = (strays + state.pending).slice(-4096)
  const code = exit?.[1] ?? ''
  if (code === 'none') return { kind: 'ended', end: { kind: 'not-found' }, documents: 0, text: rest }
  if (KILLED.has(code)) return { kind: 'silent', afterMs: seconds(limitS), text: rest }
  const exitCode = code === '' ? null : Number(code)
  return { kind: 'ended', end: { kind: 'exited', exitCode, lastWords: '' }, documents: 0, text: rest }
}
