import { RULES } from '../../analyse/rules.ts'
import type { Frame } from '../../model/frame.ts'
import type { Part } from '../../model/sample.ts'
import { run } from '../../runtime/run.ts'
import { hasAnswered, LONGEST_ANSWER_MS } from '../../model/answered.ts'
import type { Source } from '../../sources/source.ts'

/** What a source has shown in its first seconds. */
export interface Examined {
  readonly frame: Frame
  /** The newest of each part; a fault replaces the text before it. */
  readonly parts: ReadonlyMap<string, Part>
}

/** An engine that answers no faster than this is reported without its answer. */
const LONGEST_WAIT_MS = 5000

/**
 * Watches until everything that was asked has been answered, or some seconds have passed; undefined where nothing came.
 * @param onFrame sees each frame on the way
 */
export async function examine(
  source: Source,
  signal: AbortSignal,
  onFrame: (frame: Frame) => void = () => undefined,
): Promise<Examined | undefined> {
  const parts = new Map<string, Part>()
  const { last } = await run({
    source,
    outputs: [
      {
        label: 'doctor',
        accept: (frame, sample) => {
          onFrame(frame)
          for (const [name, part] of sample.parts) if (part.kind !== 'same') parts.set(name, part)
        },
        close: () => undefined,
      },
    ],
    rules: RULES,
    signal,
    isEnough: (frame, awaited) =>
      hasAnswered(frame)
        ? awaited === 0 || frame.elapsedMs > LONGEST_WAIT_MS
        : frame.elapsedMs > LONGEST_ANSWER_MS,
  })
  return last === undefined ? undefined : { frame: last, parts }
}
