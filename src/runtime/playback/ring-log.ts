import type { Ring } from '../../outputs/recording/ring.ts'
import { recordingDecoder } from '../../parse/recording-decoder.ts'
import type { LogEntry } from '../../sources/replay/log.ts'

/**
 * The samples that a ring has now, from the member that begins at a moment on.
 * @param seen the newest sample of each host before that moment, so that what the member repeats is known to be old
 */
// eslint-disable-next-line @typescript-eslint/require-await -- entries are asynchronous because those of a file are
export async function* ringEntries(
  ring: Ring,
  fromMs: number,
  seen: readonly (readonly [string, number])[],
): AsyncIterable<LogEntry> {
  // each line says its own host and interval
  const decoder = recordingDecoder({ host: '', startedAtEpochMs: 0, intervalMs: 1 }, seen)
  const lines = ring
    .members()
    .filter(({ firstElapsedMs }) => firstElapsedMs >= fromMs)
    .flatMap((member) => member.text().split('\n'))
  for (const line of lines) {
    const decoded = line === '' ? undefined : decoder.read(line)
    if (decoded?.kind === 'sample')
      yield { kind: 'sample', sample: decoded.sample, share: 1, mark: undefined }
  }
}
