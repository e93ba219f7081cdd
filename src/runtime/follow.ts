import type { Rules } from '../analyse/rules.ts'
import type { Source } from '../sources/source.ts'
import { startFolding } from './fold.ts'
import type { Session, Shown } from './session.ts'
import { startAsking } from './wants.ts'

/** A source from its beginning to its end, every frame of it. */
export function follow(source: Source, rules: Rules): Session {
  return {
    shown: (signal) => framesOf(source, rules, signal),
    control: (command) => {
      source.control(command)
      return undefined
    },
    state: () => source.state(),
    ending: () => source.ending(),
  }
}

async function* framesOf(source: Source, rules: Rules, signal: AbortSignal): AsyncIterable<Shown> {
  const folding = startFolding(source.origin, rules)
  const asking = startAsking()
  for await (const sample of source.samples((host) => asking.wantsOf(host), signal)) {
    const { frame, wants } = folding.next(sample)
    yield { kind: 'frame', frame, sample, awaited: asking.after(sample, wants) }
  }
}
