import { RULES } from '../../analyse/rules.ts'
import { DEFAULT_INTERVAL_MS } from '../../config/limits.ts'
import type { Settings } from '../../config/settings.ts'
import type { Frame } from '../../model/frame.ts'
import { run } from '../../runtime/run.ts'
import { watchSignals } from '../../runtime/signals.ts'
import { hasAnswered } from '../../model/answered.ts'
import { thisMachine } from '../commands/live.ts'
import { EXIT, type Environment } from '../environment.ts'
import type { FailOnOptions } from '../options.ts'
import { paperOf } from '../paper.ts'
import { verdict } from '../verdict.ts'
import { waitingNote } from '../waiting-note.ts'

export interface OnceOptions extends FailOnOptions {
  readonly json?: boolean
  readonly for?: number
}

// the present moment needs no pace; a second is what a first document may take in loop mode
const INTERVAL_MS = 1000
// an engine that answers no faster than this is shown without its answer
const LONGEST_WAIT_MS = 5000

/** Watches until there is something to show, or for as long as asked, and prints the last frame. */
export async function runOnce(
  environment: Environment,
  settings: Settings,
  options: OnceOptions,
): Promise<void> {
  const watch = watchSignals((code) => process.exit(code))
  const forMs = options.for ?? 0
  const source = await thisMachine(environment, settings, forMs > 0 ? DEFAULT_INTERVAL_MS : INTERVAL_MS)
  const note = waitingNote((text) => environment.stderr.write(text))
  const result = await run({
    source,
    outputs: [{ label: 'note', accept: note, close: () => undefined }],
    rules: RULES,
    signal: watch.signal,
    isEnough: (frame, awaited) =>
      frame.elapsedMs >= forMs &&
      hasAnswered(frame) &&
      (awaited === 0 || frame.elapsedMs > forMs + LONGEST_WAIT_MS),
  })
  watch.release()
  const { last } = result
  if (last !== undefined) environment.stdout.write(await textOf(environment, last, settings, options))
  const empty = last === undefined || (last.gpus.length === 0 && last.workloads.length === 0)
  const code = empty
    ? EXIT.fault
    : verdict(environment, { ...result, worst: last.risks[0]?.level }, options.failOn)
  environment.exitWith(watch.exitCode() ?? code)
}

async function textOf(
  environment: Environment,
  frame: Frame,
  settings: Settings,
  { json = false }: OnceOptions,
): Promise<string> {
  if (json) return `${(await import('../../outputs/frame-json.ts')).frameText(frame)}\n`
  return (await import('../../outputs/plain.ts')).plainText(frame, paperOf(environment, settings))
}
