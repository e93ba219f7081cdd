import { RULES } from '../../analyse/rules.ts'
import type { Settings } from '../../config/settings.ts'
import { describeFault } from '../../core/fault.ts'
import { formatDuration } from '../../core/format.ts'
import { reaches } from '../../model/risk.ts'
import type { Output } from '../../outputs/output.ts'
import { run } from '../../runtime/run.ts'
import { watchSignals } from '../../runtime/signals.ts'
import type { Source } from '../../sources/source.ts'
import { EXIT, type Environment } from '../environment.ts'
import type { FailOnOptions } from '../options.ts'
import { notifiers } from '../notifiers.ts'
import type { RecordOptions } from './options.ts'
import { recordTo, type Recording } from './recording.ts'
import { tally, type Tally } from './tally.ts'

export interface RecordRun extends RecordOptions, FailOnOptions, Pick<Settings, 'onWarning'> {
  readonly source: Source
  readonly intervalMs: number
}

/** Records until a signal comes, and says at the beginning and at the end what, where and how much. */
export async function runRecord(environment: Environment, request: RecordRun): Promise<void> {
  const { source, intervalMs, failOn } = request
  const say = (line: string): void => {
    environment.stderr.write(`llmtop: ${line}\n`)
  }
  const recording = await recordTo(environment, source.origin.label, request)
  if (recording.kind === 'fault') {
    say(describeFault(recording.fault))
    environment.exitWith(EXIT.fault)
    return
  }
  say(`${recording.begins(source.origin.label, formatDuration(intervalMs))}; Ctrl-C ends it`)
  const watch = watchSignals((code) => process.exit(code))
  environment.stdout.once('error', () => {
    watch.stop()
  })
  const seen = tally()
  const result = await run({
    source,
    outputs: [
      recording.output,
      reporter(recording, say),
      tallying(seen),
      ...notifiers(environment, request.onWarning),
    ],
    rules: RULES,
    signal: watch.signal,
  })
  watch.release()
  for (const line of [recording.ended(seen.span()), ...seen.lines()]) say(line)
  if (result.fault !== undefined) say(describeFault(result.fault))
  const isRaised = failOn !== undefined && result.worst !== undefined && reaches(result.worst, failOn)
  const code = result.fault !== undefined || recording.hasFailed() ? EXIT.fault : EXIT.done
  environment.exitWith(isRaised ? EXIT.risk : (watch.exitCode() ?? code))
}

function tallying(seen: Tally): Output {
  return {
    label: 'tally',
    accept(frame) {
      seen.add(frame)
    },
    close: () => undefined,
  }
}

/** Says when writing stops and goes on again, and which file an incident goes to. */
function reporter(recording: Recording, say: (line: string) => void): Output {
  let said = recording.news()
  return {
    label: 'reporter',
    accept() {
      const news = recording.news()
      if (news !== said) say(news ?? recording.newsOver())
      said = news
    },
    close: () => undefined,
  }
}
