import { scoreOf, type Watched } from '../../analyse/score/score.ts'
import { describeFault } from '../../core/fault.ts'
import { watchSignals } from '../../runtime/signals.ts'
import type { ScoreOptions } from './options.ts'
import { EXIT, type Environment } from '../environment.ts'
import { scoreJson } from './json.ts'
import { startProgress } from './progress.ts'
import { watchRecording } from './recording.ts'
import { scoreLines } from './text.ts'

/** Replays every file at full speed and prints what the warnings were worth; returns the exit code. */
export async function runScore(
  environment: Environment,
  paths: readonly string[],
  options: ScoreOptions,
): Promise<number> {
  const watch = watchSignals((code) => process.exit(code))
  const progress = startProgress(environment.stderr, paths.length)
  const watched: Watched[] = []
  const sentences: string[] = []
  for (const path of paths) {
    const { recording, fault } = await watchRecording(path, watch.signal, progress.show)
    if (recording !== undefined) watched.push(recording)
    if (fault !== undefined) sentences.push(describeFault(fault))
    if (watch.signal.aborted) break
  }
  progress.clear()
  watch.release()
  for (const sentence of sentences) environment.stderr.write(`llmtop: ${sentence}\n`)
  if (watched.length > 0) {
    const score = scoreOf(watched)
    const lines = options.json === true ? [JSON.stringify(scoreJson(score))] : scoreLines(score)
    environment.stdout.write(lines.map((line) => `${line}\n`).join(''))
  }
  return watch.exitCode() ?? (sentences.length > 0 ? EXIT.fault : EXIT.done)
}
