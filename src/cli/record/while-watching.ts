import { formatBytes, formatCount } from '../../core/format.ts'
import { describeFault } from '../../core/fault.ts'
import type { Fault } from '../../core/fault.ts'
import type { SessionState } from '../../model/session.ts'
import { recordingName } from '../../outputs/recording/file-names.ts'
import type { Output } from '../../outputs/output.ts'
import type { RecorderState } from '../../outputs/recording/recorder.ts'
import { recordingOutput } from '../../outputs/recording/recording.ts'

/** Recording beside a screen or another output: from the beginning, or begun and ended by a key. */
export interface WatchedRecording {
  readonly output: Output
  /** Why it can't be, if so. */
  start(file: string): Promise<Fault | undefined>
  /** Begins, in a file of its own choice, or ends; done when the state says so. Says in a sentence how that went. */
  toggle(): Promise<string>
  /** The state of the session with that of its recording. */
  stateWith(session: SessionState): SessionState
  /** A line for each file that was written. */
  summary(): readonly string[]
}

/** @param host names the files that a key begins */
export function recordingWhileWatching(tool: string, host: string): WatchedRecording {
  const output = recordingOutput({ tool, anonymizer: undefined, rotation: undefined })
  const written = new Map<string, RecorderState>()

  async function stop(): Promise<void> {
    await output.stop()
    const result = output.result()
    if (result !== undefined) written.set(result.file, result)
  }

  return {
    output: { ...output, close: stop },
    async start(file) {
      await output.start(file)
      return output.state()?.fault
    },
    async toggle() {
      const before = output.state()
      if (before !== undefined) {
        await stop()
        const ended = written.get(before.file)
        return ended === undefined ? `nothing was recorded to '${before.file}'` : told(ended)
      }
      const file = recordingName(host, Date.now())
      await output.start(file)
      const fault = output.state()?.fault
      return fault === undefined ? `recording to '${file}'; R ends it` : describeFault(fault)
    },
    stateWith: (session) => (session.kind === 'live' ? { ...session, recording: output.state() } : session),
    summary: () => [...written.values()].map(told),
  }
}

function told({ file, samples, lostSamples, sizeBytes }: RecorderState): string {
  const lost = lostSamples === 0 ? '' : `; ${formatCount(lostSamples)} samples were lost`
  return `recorded ${formatCount(samples)} samples to '${file}', ${formatBytes(sizeBytes)}${lost}`
}
