import { RULES } from '../analyse/rules.ts'
import { describeFault } from '../core/fault.ts'
import { jsonOutput } from '../outputs/json.ts'
import type { Output } from '../outputs/output.ts'
import { guardAgainstCrash } from '../runtime/crash.ts'
import { follow } from '../runtime/follow.ts'
import { every } from '../runtime/range.ts'
import { runSession } from '../runtime/run.ts'
import type { Session } from '../runtime/session.ts'
import { watchSignals, type SignalWatch } from '../runtime/signals.ts'
import type { Source } from '../sources/source.ts'
import { EXIT, type Environment } from './environment.ts'
import { notifiers } from './notifiers.ts'
import type { ShowOptions } from './options.ts'
import { paperOf } from './paper.ts'
import type { WatchedRecording } from './record/while-watching.ts'
import type { Show } from './show-request.ts'
import { verdict } from './verdict.ts'

/** Watches a source on the output that fits: JSON when asked for, the screen on a terminal, plain text elsewhere. */
export async function show(environment: Environment, request: Show): Promise<void> {
  let output: Output | undefined
  const leave = (code: number): never => {
    void output?.close()
    process.exit(code)
  }
  const watch = watchSignals(leave)
  guardAgainstCrash(environment.version, () => void output?.close())
  // the reader has gone away (`| head -1`): there is nobody to watch for
  environment.stdout.once('error', () => {
    watch.stop()
  })
  const recording = await recordingOf(environment, request.source)
  try {
    const fault = request.record === undefined ? undefined : await recording?.start(request.record)
    if (fault !== undefined) {
      environment.stderr.write(`llmtop: ${describeFault(fault)}\n`)
      environment.exitWith(EXIT.fault)
      return
    }
    const session = await sessionFor(environment, request)
    output = await outputFor(environment, request, session, watch, recording)
    const result = await runSession({
      session,
      outputs: [
        output,
        ...(recording === undefined ? [] : [recording.output]),
        ...notifiers(environment, request.onWarning),
      ],
      signal: watch.signal,
      stayOpen: output.label === 'terminal',
    })
    for (const line of recording?.summary() ?? []) environment.stderr.write(`llmtop: ${line}\n`)
    environment.exitWith(watch.exitCode() ?? verdict(environment, result, request.failOn))
  } finally {
    watch.release()
  }
}

/** What is replayed is recorded already. */
async function recordingOf(
  { version }: Environment,
  { origin }: Source,
): Promise<WatchedRecording | undefined> {
  if (origin.kind !== 'local' && origin.kind !== 'ssh') return undefined
  const { recordingWhileWatching } = await import('./record/while-watching.ts')
  return recordingWhileWatching(version, origin.label)
}

async function sessionFor(environment: Environment, { source, options, session }: Show): Promise<Session> {
  const onScreen = hasScreen(environment, options)
  if (session !== undefined) return session(onScreen)
  if (!onScreen) return follow(source, RULES)
  const { lookingBack } = await import('../runtime/look-back.ts')
  return lookingBack(source, RULES)
}

function thinned(output: Output, { everyMs }: Show): Output {
  return everyMs === undefined ? output : every(output, everyMs)
}

function hasScreen({ stdin, stdout, variables }: Environment, { json }: ShowOptions): boolean {
  return json !== true && stdout.isTTY && stdin.isTTY && variables['TERM'] !== 'dumb'
}

async function outputFor(
  environment: Environment,
  request: Show,
  session: Session,
  watch: SignalWatch,
  recording: WatchedRecording | undefined,
): Promise<Output> {
  const { stdout, stderr } = environment
  const { options } = request
  if (options.json === true) return thinned(jsonOutput(stdout), request)
  if (!hasScreen(environment, options)) {
    stderr.write(
      'llmtop: this is no terminal for a screen, so frames are printed as text (--json for programs)\n',
    )
    const { plainOutput } = await import('../outputs/plain.ts')
    return thinned(plainOutput(stdout, paperOf(environment, request.loaded.settings)), request)
  }
  const { screenOutput } = await import('./screen.ts')
  return screenOutput(environment, request, session, watch, recording)
}
